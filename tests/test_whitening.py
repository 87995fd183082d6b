import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bn_helpers.data import gaussian_cloud
from bn_helpers.whitening import minmax_scale, pca_whiten, standardize, zca_whiten

WHITENINGS = pca_whiten, zca_whiten


def cloud(seed, n=50, d=4):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, d)) @ rng.standard_normal((d, d)) + rng.uniform(-5, 5, d)


@given(st.integers(0, 1000))
def test_minmax_runs_from_0_to_1_and_standardize_has_mean_0_and_std_1(seed):
    x = cloud(seed)
    scaled, z = minmax_scale(x), standardize(x)
    np.testing.assert_allclose(
        [scaled.min(axis=0), scaled.max(axis=0)], [np.zeros(4), np.ones(4)], atol=1e-12
    )
    np.testing.assert_allclose(
        [z.mean(axis=0), z.std(axis=0)], [np.zeros(4), np.ones(4)], atol=1e-10
    )
    np.testing.assert_allclose(np.corrcoef(z.T), np.corrcoef(x.T), atol=1e-9)


@pytest.mark.parametrize("whiten", WHITENINGS)
@given(seed=st.integers(0, 1000))
def test_white_is_mean_0_and_covariance_identity(whiten, seed):
    white = whiten(cloud(seed))
    np.testing.assert_allclose(white.mean(axis=0), 0, atol=1e-7)
    np.testing.assert_allclose(np.cov(white.T, bias=True), np.eye(4), atol=1e-7)


def test_zca_moves_the_data_least_of_all_turned_white_clouds():
    x = cloud(0)
    centred, white = x - x.mean(axis=0), zca_whiten(x)
    least = np.sum((white - centred) ** 2)
    for seed in range(50):
        turn, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((4, 4)))
        assert np.sum((white @ turn - centred) ** 2) >= least
    assert np.sum((pca_whiten(x) - centred) ** 2) >= least


def test_zca_is_the_symmetric_root_of_the_inverse_covariance():
    x = cloud(1)
    centred = x - x.mean(axis=0)
    root, *_ = np.linalg.lstsq(centred, zca_whiten(x), rcond=None)
    np.testing.assert_allclose(root, root.T, atol=1e-9)
    np.testing.assert_allclose(root @ np.cov(x.T, bias=True) @ root, np.eye(4), atol=1e-9)


@pytest.mark.parametrize("rescale", [minmax_scale, standardize, *WHITENINGS])
def test_test_data_are_rescaled_like_the_training_data(rescale):
    train, test = cloud(0), cloud(2, n=3)
    together = rescale(np.vstack([test, train]), like=train)
    np.testing.assert_allclose(rescale(test, like=train), together[:3], atol=1e-12)
    np.testing.assert_allclose(rescale(train), together[3:], atol=1e-12)
    assert not np.allclose(rescale(test, like=train)[:, 0].mean(), 0)


@pytest.mark.parametrize("whiten", WHITENINGS)
def test_a_singular_covariance_is_refused_with_its_rank_and_eps_helps(whiten):
    few = np.random.default_rng(0).standard_normal((8, 20))
    with pytest.raises(
        ValueError, match="x: expected a covariance of full rank 20, got rank 7 from 8 rows"
    ):
        whiten(few)
    white = whiten(few, eps=1e-6)
    assert np.isfinite(white).all()
    assert np.trace(np.cov(white.T, bias=True)) == pytest.approx(7, rel=1e-3)


@pytest.mark.parametrize("rescale", [minmax_scale, standardize])
def test_a_constant_feature_is_refused_by_its_number(rescale):
    x = cloud(0)
    x[:, 2] = 3.0
    with pytest.raises(
        ValueError, match="x: expected features that vary, but feature 2 is constant"
    ):
        rescale(x)


def test_with_eps_a_constant_feature_becomes_0():
    x = cloud(0)
    x[:, 2] = 3.0
    assert np.array_equal(standardize(x, eps=1e-4)[:, 2], np.zeros(50))


@pytest.mark.parametrize("rescale", [minmax_scale, standardize, *WHITENINGS])
def test_arguments_are_left_alone_and_bad_ones_refused(rescale):
    x = cloud(0)
    before = x.copy()
    rescale(x)
    assert np.array_equal(x, before)
    with pytest.raises(ValueError, match=r"x: expected shape \(N, D\), got shape \(4,\)"):
        rescale(x[0])
    with pytest.raises(ValueError, match=r"like: expected shape \(M, 4\), got shape \(50, 3\)"):
        rescale(x, like=x[:, :3])
    x[0, 0] = np.nan
    with pytest.raises(ValueError, match="x: expected finite numbers"):
        rescale(x)


@pytest.mark.parametrize("signs", [(1, -1, 1), (-1, -1, 1)])
def test_the_sign_that_a_library_gives_an_eigenvector_changes_nothing(signs, monkeypatch):
    x = np.random.default_rng(3).standard_normal((30, 3))

    def computed():
        cloud = gaussian_cloud(5, [0, 0, 0], np.cov(x.T), np.random.default_rng(0))
        return pca_whiten(x), zca_whiten(x), cloud

    eigh, expected = np.linalg.eigh, computed()
    monkeypatch.setattr(np.linalg, "eigh", lambda a: (eigh(a)[0], eigh(a)[1] * signs))
    for now, before in zip(computed(), expected):
        np.testing.assert_allclose(now, before, atol=1e-12)
