"""The main window, its menus, notices and status bar."""
