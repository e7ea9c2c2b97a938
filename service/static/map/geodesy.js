// Lengths and areas on the CGCS2000 ellipsoid, in metres, from lon/lat degrees.
"use strict";
const geodesy = (() => {
  const A = 6378137, F = 1 / 298.257222101, B = A * (1 - F);
  const RAD = Math.PI / 180;

  // Geodesic between two places (Vincenty 1975, inverse); NaN for nearly antipodal ones.
  function distance([lon1, lat1], [lon2, lat2]) {
    const L = (lon2 - lon1) * RAD;
    const U1 = Math.atan((1 - F) * Math.tan(lat1 * RAD)), U2 = Math.atan((1 - F) * Math.tan(lat2 * RAD));
    const [s1, c1, s2, c2] = [Math.sin(U1), Math.cos(U1), Math.sin(U2), Math.cos(U2)];
    let lambda = L;
    for (let i = 0; i < 200; i++) {
      const sl = Math.sin(lambda), cl = Math.cos(lambda);
      const sinSigma = Math.hypot(c2 * sl, c1 * s2 - s1 * c2 * cl);
      if (sinSigma === 0) return 0;
      const cosSigma = s1 * s2 + c1 * c2 * cl, sigma = Math.atan2(sinSigma, cosSigma);
      const sinAlpha = (c1 * c2 * sl) / sinSigma, cos2Alpha = 1 - sinAlpha ** 2;
      const cos2M = cos2Alpha ? cosSigma - (2 * s1 * s2) / cos2Alpha : 0;
      const C = (F / 16) * cos2Alpha * (4 + F * (4 - 3 * cos2Alpha));
      const before = lambda;
      lambda = L + (1 - C) * F * sinAlpha *
        (sigma + C * sinSigma * (cos2M + C * cosSigma * (2 * cos2M ** 2 - 1)));
      if (Math.abs(lambda - before) > 1e-13) continue;
      const u2 = (cos2Alpha * (A ** 2 - B ** 2)) / B ** 2;
      const big = 1 + (u2 / 16384) * (4096 + u2 * (-768 + u2 * (320 - 175 * u2)));
      const small = (u2 / 1024) * (256 + u2 * (-128 + u2 * (74 - 47 * u2)));
      const bend = small * sinSigma * (cos2M + (small / 4) * (cosSigma * (2 * cos2M ** 2 - 1) -
        (small / 6) * cos2M * (4 * sinSigma ** 2 - 3) * (4 * cos2M ** 2 - 3)));
      return B * big * (sigma - bend);
    }
    return NaN;
  }

  const length = (places) => places.slice(1).reduce((sum, place, i) => sum + distance(places[i], place), 0);

  // Mean of the area function over an edge straight in lon/lat, less its value on the
  // equator's side: sum of C_k sin((2k+1)m) sinc((2k+1)d), as geo.authalic has it.
  const sinc = (x) => (Math.abs(x) < 1e-4 ? 1 - (x * x) / 6 : Math.sin(x) / x);
  function mean(series, lat1, lat2) {
    const m = (lat1 + lat2) / 2 * RAD, d = (lat2 - lat1) / 2 * RAD;
    return series.reduce((sum, c, k) => sum + c * Math.sin((2 * k + 1) * m) * sinc((2 * k + 1) * d), 0);
  }

  // A base near the ring, so that small rings keep their digits.
  function area(series, places) {
    const base = mean(series, places[0][1], places[0][1]);
    let sum = 0;
    places.forEach(([lon1, lat1], i) => {
      const [lon2, lat2] = places[(i + 1) % places.length];
      sum += (lon2 - lon1) * RAD * (mean(series, lat1, lat2) - base);
    });
    return Math.abs(sum);
  }

  return { distance, length, area };
})();
