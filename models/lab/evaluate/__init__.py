"""Measurement: PSNR and SSIM, halos, calibration, receptive field, and the model card."""
