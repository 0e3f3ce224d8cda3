# Defined, not yet run: packaging/gather.py fills in the words between @ when it gathers a release.
cask "cartoonmix-desktop" do
  arch arm: "arm64", intel: "x86_64"

  version "@VERSION@"
  sha256 arm:   "@SHA256_ARM@",
         intel: "@SHA256_INTEL@"

  url "@DOWNLOADS@/cartoonmix-desktop-#{version}-#{arch}.dmg"
  name "CartoonMix Desktop"
  desc "Generate, keep and find CartoonMix pictures"
  homepage "@SITE@"

  depends_on macos: ">= :ventura"

  app "CartoonMix Desktop.app"

  # The pictures in ~/Pictures/CartoonMix stay, whatever is removed.
  zap trash: [
    "~/Library/Application Support/cartoonmix-desktop",
    "~/Library/Caches/cartoonmix-desktop",
  ]
end
