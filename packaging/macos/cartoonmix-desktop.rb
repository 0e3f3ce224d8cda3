# Defined, not yet run: packaging/gather.py fills in the words between @ when it gathers a release.
cask "cartoonmix-desktop" do
  version "@VERSION@"
  sha256 "@SHA256@"

  url "@DOWNLOADS@/cartoonmix-desktop-#{version}-arm64.dmg"
  name "CartoonMix Desktop"
  desc "Generate, keep and find CartoonMix pictures"
  homepage "@SITE@"

  depends_on arch: :arm64
  depends_on macos: ">= :ventura"

  app "CartoonMix Desktop.app"

  # The pictures in ~/Pictures/CartoonMix stay, whatever is removed.
  zap trash: [
    "~/Library/Application Support/cartoonmix-desktop",
    "~/Library/Caches/cartoonmix-desktop",
  ]
end
