/**
 * From which share of its picture on a photo counts as blurred. Sharp photos have some too: out of focus, flat, at night. Of 47
 * sharp photos 45 are below, of 80 smeared by 15 pixels and more none (docs/measurements.md, "The blur badge").
 */
export const BLURRED_SHARE = 0.15;
