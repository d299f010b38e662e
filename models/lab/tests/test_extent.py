"""True blur from the synthesis, targets, combination of octaves, and training of the head."""

import math

import numpy as np
import pytest
import torch

from lab.evaluate.extent import Cells, auc, collect, summary
from lab.export.graphs import edges
from lab.extent.checkpoint import body_digest, load_head, save_head
from lab.extent.combine import combine
from lab.extent.enlarged import enlarged
from lab.extent.features import sample
from lab.extent.losses import head_losses
from lab.extent.samples import Octave
from lab.extent.targets import DEFOCUSED, IGNORED, MOVED, SHARP, targets
from lab.extent.train import train
from lab.networks import adn
from lab.networks.adn import Adn, ExtentHead, PyramidStep, StepResult
from lab.synthesis import BlurSynthesizer, Cutouts, SynthesisConfig
from lab.synthesis.camera_path import shift
from lab.synthesis.defocus import defocus, disc
from lab.synthesis.frozen_extent import ExtentSample, load_frozen_extent
from lab.synthesis.truth import BlurTruth, cover, length_and_direction, path_covariance

from .test_synthesis import CPU, PLAIN, bank


def line(length, angle, instants=101):
    """Returns homographies [1, K, 3, 3] of a straight path of uniform speed."""
    along = torch.linspace(-length / 2, length / 2, instants)
    way = torch.stack((along * math.cos(angle), along * math.sin(angle)), dim=1)
    return shift(way)[None]


def synthesizer(**changes):
    config = SynthesisConfig(**{**PLAIN, "min_length": 4, "max_length": 12, **changes})
    return BlurSynthesizer(bank(), Cutouts([]), config, CPU)


def made(seed=0, count=3, size=48, **changes):
    g = torch.Generator().manual_seed(seed)
    return synthesizer(**changes).batch(count, size, g, truth=True)


@pytest.mark.parametrize("angle", [0.0, 0.6, -1.2, math.pi / 2])
def test_a_straight_path_has_its_own_length_and_direction(angle):
    extent, direction = length_and_direction(path_covariance(line(20, angle), 32))
    assert extent.shape == (1, 1, 4, 4)
    assert extent.mean().item() == pytest.approx(20, rel=0.02) and extent.std() < 1e-3
    assert math.cos(2 * (direction[0, 0, 0, 0].item() - angle)) == pytest.approx(1, abs=1e-5)


def test_a_rotation_moves_outer_cells_more_than_inner_ones():
    turn = torch.linspace(-0.1, 0.1, 21)
    zero, one = torch.zeros(21), torch.ones(21)
    rows = [turn.cos(), -turn.sin(), zero, turn.sin(), turn.cos(), zero, zero, zero, one]
    motion = torch.stack(rows, dim=1).reshape(1, 21, 3, 3)
    extent, direction = length_and_direction(path_covariance(motion, 64))
    # The cell at the right end lies 28 px to the right and 4 px below the centre.
    assert extent[0, 0, 4, 7].item() == pytest.approx(0.2 * math.hypot(28, 4), rel=0.06)
    assert extent[0, 0, 4, 4] < extent[0, 0, 4, 7] / 4
    assert abs(direction[0, 0, 4, 7].item()) == pytest.approx(math.pi / 2, abs=0.2)


def test_octaves_see_the_same_blur_in_larger_pixels():
    truth = BlurTruth(path_covariance(line(24, 0.3), 64), torch.full((1, 1, 8, 8), 6.0))
    coarse = truth.at_octave(2)
    assert length_and_direction(coarse.covariance)[0].mean().item() == pytest.approx(6, rel=0.02)
    assert coarse.covariance.shape == (1, 3, 2, 2) and (coarse.radius == 1.5).all()


def test_cells_covered_by_an_object_take_its_blur():
    alpha = torch.zeros(1, 1, 16, 16)
    alpha[..., :8, :8] = 1
    alpha[..., 8:, 8:12] = 0.9
    found = cover(torch.zeros(1, 3, 2, 2), torch.ones(1, 3, 2, 2), alpha)
    assert found[0, 0].tolist() == [[1, 0], [0, 0]]


def test_the_synthesis_tells_the_blur_of_its_patches():
    pair = made(identity_share=0.0, object_share=0.0)
    extent, _ = length_and_direction(pair.truth.covariance)
    # Curled paths are less extended than they are long.
    assert (
        (extent.amax(dim=(1, 2, 3)) < 1.5 * pair.length) & (extent.amin(dim=(1, 2, 3)) > 1)
    ).all()
    assert (pair.truth.radius == 0).all()
    still = made(identity_share=1.0)
    assert (still.truth.covariance == 0).all() and (still.truth.radius == 0).all()


def test_objects_move_on_their_own_in_the_truth():
    both = made(seed=4, count=6, object_share=1.0, defocus_share=0.0)
    alone = made(seed=4, count=6, object_share=0.0, defocus_share=0.0)
    assert (both.truth.covariance - alone.truth.covariance).abs().amax() > 1


def test_the_truth_needs_whole_cells():
    with pytest.raises(ValueError, match="do not fit"):
        made(size=50)


def test_defocus_is_told_and_does_not_move():
    pair = made(seed=1, count=8, defocus_share=1.0, min_radius=2, max_radius=6)
    assert (pair.truth.covariance == 0).all() and (pair.length == 0).all()
    assert ((pair.truth.radius >= 2) & (pair.truth.radius <= 6)).all()
    assert (pair.blurred - pair.sharp).abs().mean() > 0.01


def test_objects_in_focus_move_before_a_background_out_of_focus():
    pair = made(seed=2, count=12, defocus_share=1.0, object_share=1.0, focused_object_share=0.5)
    moved = length_and_direction(pair.truth.covariance)[0] > 0.5
    assert moved.any() and (pair.truth.radius > 0).any()
    assert not (moved & (pair.truth.radius > 0)).any()


@pytest.mark.parametrize("radius", [1.0, 3.5, 12.0])
def test_a_disc_has_its_area_and_keeps_the_light(radius):
    kernel = disc(radius, torch.zeros((), dtype=torch.float64))
    assert kernel.sum().item() == pytest.approx(1)
    area = 1 / kernel.max().item()
    assert area == pytest.approx(math.pi * radius**2, rel=0.12)
    flat = torch.full((3, 20, 30), 0.4, dtype=torch.float64)
    assert torch.allclose(defocus(flat, radius), flat)


def test_defocus_spreads_a_point_into_the_disc():
    image = torch.zeros(1, 31, 31, dtype=torch.float64)
    image[0, 15, 15] = 1
    kernel = disc(4, image)
    reach = kernel.shape[0] // 2
    found = defocus(image, 4)[0, 15 - reach : 16 + reach, 15 - reach : 16 + reach]
    assert torch.allclose(found, kernel, atol=1e-12)


def test_labels_follow_blur_and_texture():
    g = torch.Generator().manual_seed(0)
    sharp = torch.rand(1, 3, 16, 32, generator=g)
    sharp[..., 24:] = 0.5
    sharp = torch.nn.functional.pad(sharp, (0, 32, 0, 0), mode="replicate")[..., :32]
    covariance, radius = torch.zeros(1, 3, 2, 4), torch.zeros(1, 1, 2, 4)
    covariance[0, 0, 0, :2] = 3.0  # 6 px
    covariance[0, 0, 1, 0] = 1.5**2 / 12
    radius[0, 0, 1, 1] = 3
    label = targets(BlurTruth(covariance, radius), sharp).label[0]
    assert label[0, :2].tolist() == [MOVED, MOVED]
    assert label[1, :3].tolist() == [IGNORED, DEFOCUSED, SHARP]


def test_of_motion_and_defocus_together_the_longer_one_decides():
    sharp = torch.rand(1, 3, 8, 16, generator=torch.Generator().manual_seed(0))
    covariance, radius = torch.zeros(1, 3, 1, 2), torch.full((1, 1, 1, 2), 3.0)  # 5.2 px
    covariance[0, 2, 0] = torch.tensor([3.0, 0.5])  # 6 and 2.4 px
    label = targets(BlurTruth(covariance, radius), sharp).label[0, 0]
    assert label.tolist() == [MOVED, DEFOCUSED]


def test_enlarging_a_pair_enlarges_its_blur_and_softens_it():
    pair = made(seed=7, count=2, size=32, object_share=0.0)
    large = enlarged(pair, 2, torch.Generator().manual_seed(0))
    assert large.truth is not None
    assert large.blurred.shape == (2, 3, 64, 64) and large.truth.covariance.shape == (2, 3, 8, 8)
    own, small = (length_and_direction(truth.covariance)[0] for truth in (large.truth, pair.truth))
    assert torch.allclose(own[..., 5, 3], 2 * small[..., 2, 1], rtol=1e-4)
    assert torch.allclose(large.truth.radius, torch.ones(2, 1, 8, 8))
    assert (large.blurred - enlarged(pair, 2, torch.Generator().manual_seed(1)).blurred).std() > 0


def result_of(extent_px, angle, cells, moved=0.9):
    """Returns a result whose every cell has one extent, in px of its octave."""
    variance, c, s = extent_px**2 / 12, math.cos(angle), math.sin(angle)
    extent = torch.tensor([c * c, c * s, s * s]).mul(variance).view(1, 3, 1, 1)
    kind = torch.tensor([1 - moved, moved, 0.0]).view(1, 3, 1, 1)
    none = torch.zeros(1, 1, 1, 1)
    return StepResult(none, none, extent.repeat(1, 1, *cells), kind.repeat(1, 1, *cells), none)


def test_short_blur_is_read_at_the_finest_octave():
    results = [
        result_of(10, 0.5, (4, 4)),
        result_of(4.6, 0.4, (2, 2)),
        result_of(2, 0, (1, 1), 0.1),
    ]
    found = combine(results, longest=24)
    extent, direction = length_and_direction(found.covariance)
    assert (found.octave == 0).all() and extent[0, 0, 3, 3].item() == pytest.approx(10, rel=1e-4)
    assert direction[0, 0, 0, 0].item() == pytest.approx(0.5, abs=1e-4)
    assert found.kind[0, 1, 0, 0].item() == pytest.approx(0.9)


def test_long_blur_is_read_where_it_is_short_and_comes_back_in_pixels_of_octave_0():
    # 60 px: octave 1 would show 30, more than 24; the finer estimates are wrong on purpose.
    results = [result_of(20, 1.5, (4, 4)), result_of(20, 1.5, (2, 2)), result_of(15, 0.3, (1, 1))]
    found = combine(results, longest=24)
    extent, direction = length_and_direction(found.covariance)
    assert (found.octave == 2).all() and extent.mean().item() == pytest.approx(60, rel=1e-4)
    assert direction.mean().item() == pytest.approx(0.3, abs=1e-4)


def test_cells_choose_their_octaves_apart():
    coarse = result_of(6, 0, (2, 2))
    coarse.extent[..., 1] *= 25  # the right half: 30 px there
    found = combine([result_of(12, 0, (4, 4)), coarse], longest=24)
    assert found.octave[0, 0, 0].tolist() == [0, 0, 1, 1]
    extent = length_and_direction(found.covariance)[0]
    assert extent[0, 0, 0].tolist() == pytest.approx([12, 12, 60, 60], rel=1e-3)


def test_one_octave_alone_is_taken_as_it_is():
    found = combine([result_of(50, 0, (2, 3))], longest=24)
    assert length_and_direction(found.covariance)[0].mean().item() == pytest.approx(50, rel=1e-3)


def test_area_under_the_curve_counts_pairs_in_order():
    assert auc(torch.tensor([0.9, 0.8]), torch.tensor([0.1, 0.2, 0.3])) == 1
    assert auc(torch.tensor([0.1, 0.5]), torch.tensor([0.5, 0.5])) == pytest.approx(0.25)


def test_figures_of_a_perfect_and_of_a_wrong_estimate():
    true = torch.linspace(4.5, 59, 400)
    kind = torch.tensor([0.0, 1.0, 0.0]).repeat(400, 1)
    label = torch.full((400,), MOVED)
    blurred = Cells(label, true, true * 1.1, torch.full((400,), 7.0), kind, torch.ones(400))
    zero = torch.zeros(5)
    rest = [
        Cells(torch.full((5,), k), zero, zero, zero, torch.eye(3)[[k] * 5], zero)
        for k in (SHARP, DEFOCUSED)
    ]
    cells = Cells(
        *(
            torch.cat([getattr(c, name) for c in (blurred, *rest)])
            for name in ("label", "true", "predicted", "turned", "kind", "octave")
        )
    )
    facts = summary(cells)
    assert facts["lengthError"] == pytest.approx(0.1, abs=1e-4)
    assert facts["directionError"] == 7 and facts["movedAuc"] == 1 and facts["blurredAuc"] == 1


def test_the_head_learns_lengths_from_features_that_contain_them():
    g = torch.Generator().manual_seed(3)
    samples = []
    for _ in range(40):
        variance = torch.exp(torch.rand(1, 6, 6, generator=g) * 5 - 1)
        features = 0.02 * torch.randn(24, 6, 6, generator=g)
        features[0], features[1] = variance.log()[0], 1
        spread = torch.cat((variance, 0 * variance, 0.1 * variance))[None]
        goal = targets(BlurTruth(spread, torch.zeros(1, 1, 6, 6)), edges(48, 48, 0))
        samples.append([Octave(features.half(), goal, 0)])
    before = ExtentHead(adn.TINY)
    head, facts = train(adn.TINY, samples, epochs=30)
    with torch.no_grad():
        first, last = (
            head_losses(h.predict(samples[0][0].features.float()[None]), samples[0][0].target)
            for h in (before, head)
        )
    assert last[0].mean() < first[0].mean() / 2
    assert facts["samples"] == 40 and facts["steps"] == 150
    # Continued training begins where it ended.
    more, _ = train(adn.TINY, samples, epochs=1, start=head)
    with torch.no_grad():
        again = head_losses(
            more.predict(samples[0][0].features.float()[None]), samples[0][0].target
        )
    assert again[0].mean() < first[0].mean() / 2


def test_features_are_made_for_every_octave_with_their_targets():
    network = Adn(adn.TINY)
    octaves = sample(PyramidStep.of(network), synthesizer(defocus_share=0.2), seed=5)
    again = sample(PyramidStep.of(network), synthesizer(defocus_share=0.2), seed=5)
    assert [o.octave for o in octaves] == list(range(len(octaves)))
    for k, octave in enumerate(octaves):
        side = octaves[0].features.shape[-1] >> k
        assert octave.features.shape == (24, side, side)
        assert octave.target.spread.shape == (1, 3, side, side)
        assert torch.equal(octave.features, again[k].features)


def test_a_head_belongs_to_one_body(tmp_path):
    torch.manual_seed(0)
    own, other = Adn(adn.TINY), Adn(adn.TINY)
    head = ExtentHead(adn.TINY)
    save_head(tmp_path / "head.pt", head, body_digest(own), {"epochs": 1})
    loaded, facts = load_head(tmp_path / "head.pt", own)
    assert torch.equal(loaded.out.weight, head.out.weight) and facts == {"epochs": 1}
    with pytest.raises(ValueError, match="another body"):
        load_head(tmp_path / "head.pt", other)


def test_other_bytes_are_not_the_frozen_set(tmp_path):
    path = tmp_path / "extent.npz"
    empty = np.zeros((2, 1, 8, 8), np.uint8)
    np.savez(path, blurred=empty, sharp=empty, covariance=empty, radius=empty)
    with pytest.raises(ValueError, match="not the frozen set"):
        load_frozen_extent(path)


def test_estimates_are_collected_where_the_kind_is_known():
    pair = made(seed=6, count=1, size=64, object_share=0.0)
    step = PyramidStep.of(Adn(adn.TINY))
    cells = collect(step, [ExtentSample(pair.blurred, pair.sharp, pair.truth)], octaves=2)
    known = int((targets(pair.truth, pair.sharp).label >= 0).sum())
    assert len(cells) == known > 0 and cells.kind.shape == (known, 3)
    assert ((cells.turned >= 0) & (cells.turned <= 90.01)).all()
