; The installer for Windows: for one person, without an administrator. packaging/build.py compiles it with
; makensis -WX and defines VERSION, PAYLOAD (the frozen folder), ICON, LICENSE and OUTFILE.
;
;   setup.exe /S [/D=C:\folder]    installs, or upgrades in place, without a question
;   uninstall.exe /S               removes the program alone
;   uninstall.exe /S /LIBRARY      also history, settings and key, as if the person had said yes

; With SIGN, a command, the uninstaller is signed too: it is made here and nowhere else.

Unicode true
ManifestDPIAware true
RequestExecutionLevel user
SetCompressor /SOLID lzma
; No `Target`: the stubs for 64 bits come with Debian's NSIS alone, and those of 32 run on every Windows of ours.

!ifdef SIGN
  !uninstfinalize '${SIGN} "%1"' = 0
!endif

!include MUI2.nsh
!include FileFunc.nsh
!include LogicLib.nsh

!define TITLE "CartoonMix Desktop"
!define NAME "cartoonmix-desktop"
!define EXE "CartoonMix Desktop.exe"
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\${NAME}"

Name "${TITLE}"
OutFile "${OUTFILE}"
InstallDir "$LOCALAPPDATA\Programs\${TITLE}"
InstallDirRegKey HKCU "${UNINSTALL_KEY}" "InstallLocation"
VIProductVersion "${VERSION}.0"
VIAddVersionKey ProductName "${TITLE}"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey FileDescription "Installs ${TITLE}"
VIAddVersionKey LegalCopyright "The CartoonMix Desktop developers"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_ABORTWARNING
!define MUI_FINISHPAGE_RUN "$INSTDIR\${EXE}"
!insertmacro MUI_PAGE_LICENSE "${LICENSE}"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE English

; A program that runs holds its file: it cannot be opened for writing.
!macro WAIT_UNTIL_CLOSED
  again:
  IfFileExists "$INSTDIR\${EXE}" 0 closed
  ClearErrors
  FileOpen $0 "$INSTDIR\${EXE}" a
  IfErrors 0 opened
    MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "${TITLE} is running. Close it, then try again." /SD IDCANCEL IDRETRY again
    SetErrorLevel 2
    Quit
  opened:
  FileClose $0
  closed:
!macroend

; Only what the installer has put there: the folder may be one that a person chose.
!macro REMOVE_PROGRAM
  RMDir /r "$INSTDIR\_internal"
  Delete "$INSTDIR\${EXE}"
  Delete "$INSTDIR\${NAME}.exe"
  Delete "$INSTDIR\uninstall.exe"
!macroend

; Links and files, for this person alone. Pictures keep the program that opens them; ours is offered beside it.
!define CLASSES "Software\Classes"
!define RECIPE "CartoonMixDesktop.Recipe"
!define OPEN_COMMAND '"$INSTDIR\${EXE}" "%1"'

!macro ASSOCIATE
  WriteRegStr HKCU "${CLASSES}\cartoonmix" "" "URL:CartoonMix recipe"
  WriteRegStr HKCU "${CLASSES}\cartoonmix" "URL Protocol" ""
  WriteRegStr HKCU "${CLASSES}\cartoonmix\DefaultIcon" "" "$INSTDIR\${EXE},0"
  WriteRegStr HKCU "${CLASSES}\cartoonmix\shell\open\command" "" '${OPEN_COMMAND}'
  WriteRegStr HKCU "${CLASSES}\${RECIPE}" "" "CartoonMix recipe"
  WriteRegStr HKCU "${CLASSES}\${RECIPE}\DefaultIcon" "" "$INSTDIR\${EXE},0"
  WriteRegStr HKCU "${CLASSES}\${RECIPE}\shell\open\command" "" '${OPEN_COMMAND}'
  WriteRegStr HKCU "${CLASSES}\.cartoonmix" "" "${RECIPE}"
  WriteRegStr HKCU "${CLASSES}\.cartoonmix" "Content Type" "application/x-cartoonmix-recipe"
  WriteRegStr HKCU "${CLASSES}\Applications\${EXE}" "FriendlyAppName" "${TITLE}"
  WriteRegStr HKCU "${CLASSES}\Applications\${EXE}\shell\open\command" "" '${OPEN_COMMAND}'
  WriteRegStr HKCU "${CLASSES}\Applications\${EXE}\SupportedTypes" ".cartoonmix" ""
  WriteRegStr HKCU "${CLASSES}\Applications\${EXE}\SupportedTypes" ".png" ""
  WriteRegStr HKCU "${CLASSES}\Applications\${EXE}\SupportedTypes" ".jpg" ""
  WriteRegStr HKCU "${CLASSES}\Applications\${EXE}\SupportedTypes" ".jpeg" ""
  WriteRegStr HKCU "${CLASSES}\Applications\${EXE}\SupportedTypes" ".webp" ""
  WriteRegStr HKCU "${CLASSES}\Applications\${EXE}\SupportedTypes" ".avif" ""
  WriteRegStr HKCU "${CLASSES}\Applications\${EXE}\SupportedTypes" ".gif" ""
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)' ; the associations have changed
!macroend

!macro DISSOCIATE
  DeleteRegKey HKCU "${CLASSES}\cartoonmix"
  DeleteRegKey HKCU "${CLASSES}\${RECIPE}"
  DeleteRegKey HKCU "${CLASSES}\Applications\${EXE}"
  ReadRegStr $0 HKCU "${CLASSES}\.cartoonmix" ""
  ${If} $0 == "${RECIPE}" ; else another program has taken it over
    DeleteRegKey HKCU "${CLASSES}\.cartoonmix"
  ${EndIf}
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)' ; the associations have changed
!macroend

Section
  !insertmacro WAIT_UNTIL_CLOSED
  !insertmacro REMOVE_PROGRAM
  SetOutPath "$INSTDIR"
  File /r "${PAYLOAD}\*"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\${TITLE}.lnk" "$INSTDIR\${EXE}"

  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayName" "${TITLE}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\${EXE}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "Publisher" "The CartoonMix Desktop developers"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "EstimatedSize" $0
  !insertmacro ASSOCIATE
SectionEnd

Section un.Program
  !insertmacro WAIT_UNTIL_CLOSED
  !insertmacro REMOVE_PROGRAM
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\${TITLE}.lnk"
  DeleteRegKey HKCU "${UNINSTALL_KEY}"
  !insertmacro DISSOCIATE

  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/LIBRARY" $1
  IfErrors 0 library
  MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "Delete the history, the settings and the stored API key as well?$\r$\n$\r$\nThe pictures in your Pictures folder stay in any case." /SD IDNO IDNO kept
  library:
    RMDir /r "$LOCALAPPDATA\${NAME}"
    nsExec::Exec 'cmdkey /delete:"CartoonMix Desktop"'
    Pop $0 ; there may be no key
  kept:
SectionEnd
