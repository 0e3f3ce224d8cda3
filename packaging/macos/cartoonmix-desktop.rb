# Defined, not yet run: packaging/build.py fills in the words between @ when it makes the disk image.
cask "cartoonmix-desktop" do
  version "@VERSION@"
  sha256 "@SHA256@"

  url "@DOWNLOADS@/@FILE@"
  name "CartoonMix Desktop"
  desc "Generate, keep and find CartoonMix pictures"
  homepage "@SITE@"

  depends_on macos: ">= :ventura"

  app "CartoonMix Desktop.app"

  # The pictures in ~/Pictures/CartoonMix stay, whatever is removed.
  zap trash: [
    "~/Library/Application Support/cartoonmix-desktop",
    "~/Library/Caches/cartoonmix-desktop",
    "~/Library/Logs/cartoonmix-desktop",
  ]
end
