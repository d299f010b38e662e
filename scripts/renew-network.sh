#!/usr/bin/env bash
# Installs newly trained weights as a built-in model, and renews every threshold, number and picture
# that depends on them:
#
#   scripts/renew-network.sh RUN PHOTOS PLUGIN VERSION [options of lab.evaluate...]
#
# RUN: folder of a training run, or a checkpoint. PHOTOS: folder with train/, val/, foregrounds/ and
# pairs/. PLUGIN: the model's id, as in models/. The options --earlier, --device-name and --note of
# lab.evaluate add to the model card.
#
# Takes about two hours on two cores, most of it for the photos to which the blur score is fitted;
# they stay in WORK (default: models/lab/.data/triage). Run it on an idle machine, because the last
# steps measure time. Copy the printed numbers to docs/measurements.md and docs/triage.md.
set -euo pipefail
[ "$#" -ge 4 ] || { sed -n '2,13s/^# \{0,1\}//p' "$0"; exit 2; }
run=$(realpath "$1") photos=$(realpath "$2") plugin=$3 version=$4
shift 4
cd "$(dirname "$0")/.."
work=$(realpath -m "${WORK:-models/lab/.data/triage}")
threads=$(nproc)
lab() { (cd models && lab/.venv/bin/python -m "$@"); }

sets=(--frozen lab/.data/validation.npz --sharp "$photos/val" --threads "$threads")
[ -e models/lab/.data/validation.npz ] ||
  lab lab.synthesis.frozen --photos "$photos/val" --foregrounds "$photos/foregrounds" \
    --out lab/.data/validation.npz
# The card, facts about the training, thresholds for skipping, and graphs with checked parity.
lab lab.evaluate --from "$run" "${sets[@]}" --pairs "$photos/pairs" \
  --plot "../docs/calibration-$plugin.png" --out "$plugin" "$@"
lab lab.evaluate.skipping --from "$run" "${sets[@]}" --out "$plugin/skip.json"
lab lab.export --from "$run" --out "$plugin" --version "$version" \
  --training "$plugin/training.json" --skip "$plugin/skip.json"

# References for the tests of pixels.
npm run build
node test/reference/make.js --model "$plugin"

# Weights of the blur score, kept in the manifest, and its quality on photos of a new seed.
triage() { node test/bench/triage.js --model "$plugin" --work "$work" "$@"; }
triage --fit-photos "$photos/train" --fit 2400 --count 0
npm run build
triage --photos "$photos/val" --seed "${SEED:-$(date +%s)}" --count 150 --docs docs/triage
node test/bench/triage-real.js --model "$plugin" --sharp "$photos/val" \
  --sharp "$photos/pairs/sharp" --blurred "$photos/pairs/blur"

# Quality through the program, with and without skipping, and visibility of tile borders.
for skip in --no-skip ''; do
  for pair in "pairs/blur pairs/sharp" "val val"; do
    read -r blur sharp <<<"$pair"
    node bin/unsmear.js evaluate --model "$plugin" $skip \
      --blur "$photos/$blur" --sharp "$photos/$sharp"
  done
done
selection=$(mktemp -d)
for side in blur sharp; do
  mkdir "$selection/$side"
  ls "$photos/pairs/$side" | head -4 | while read -r name; do
    cp "$photos/pairs/$side/$name" "$selection/$side"
  done
done
node test/bench/self-ensemble.js --blur "$selection/blur" --sharp "$selection/sharp" \
  --out docs/self-ensemble.json --set 'real pairs, selection (first 4)'
rm -r "$selection"
mapfile -t seams < <(ls "$photos"/pairs/blur/* | head -2; ls "$photos"/val/* | head -2)
node test/bench/seams.js --model "models/$plugin" "${seams[@]}"

# Speed and memory; the times of all models go into their manifests.
node test/bench/networks.js --out docs/networks.json --write
node test/bench/spinning.js --model "$plugin"
node test/bench/engine.js --model "$plugin" --megapixels 0.9216,24,100 --work 4

# Documents and pictures.
lab lab.report --models . --speed ../docs/networks.json --out ../docs/NETWORKS.md
node resources/before-after.js
node test/e2e/documentation.js docs/editor
