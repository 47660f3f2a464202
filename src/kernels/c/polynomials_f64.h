// Minimax polynomials for f64 (Remez's algorithm); the bounds are relative errors of the function they serve.

// (e^r - 1 - r) / r² on |r| <= ln2 / 2. e^r: 2^-57.9, e^r - 1: 2^-55.6.
INLINE double FN(exp_tail)(double r, double z) {
  double a = 0x1.0000000000005p-1 + 0x1.5555555555539p-3 * r;
  double b = 0x1.55555555522b6p-5 + 0x1.1111111118facp-7 * r;
  double c = 0x1.6c16c17edbe34p-10 + 0x1.a01a01751317bp-13 * r;
  double d = 0x1.a019a76eb8a2ap-16 + 0x1.71de880cf7306p-19 * r;
  double e = 0x1.28a1e072a58bcp-22 + 0x1.ae6b9b3ac8029p-26 * r;
  double w = z * z;
  return (a + z * b) + w * ((c + z * d) + w * e);
}

// (tanh(a) / a - 1) / z for a <= 0.55, z = a². 2^-55.4.
INLINE double FN(tanh_near)(double z) {
  double a = -0x1.555555555549dp-2 + 0x1.11111111028aap-3 * z;
  double b = -0x1.ba1ba1ad67be6p-5 + 0x1.664f45c10ce60p-6 * z;
  double c = -0x1.226ddd17cd318p-7 + 0x1.d6c617a0905c5p-9 * z;
  double d = -0x1.7cf381626df8dp-10 + 0x1.2fa1221828a84p-11 * z;
  double e = -0x1.b9008218f7145p-13 + 0x1.abe75bc764418p-15 * z;
  double w = z * z;
  return (a + w * b) + (w * w) * ((c + w * d) + (w * w) * e);
}

// (2 atanh(s) / s - 2) / z, z = s², for (1 + s) / (1 - s) between sqrt(1/2) and sqrt(2). log: 2^-59.4.
INLINE double FN(log_tail)(double z) {
  double a = 0x1.5555555555593p-1 + 0x1.999999997fb38p-2 * z;
  double b = 0x1.2492494217505p-2 + 0x1.c71c51e838796p-3 * z;
  double c = 0x1.7466461f16945p-3 + 0x1.39a0f6627933cp-3 * z;
  double w = z * z;
  return a + w * (b + w * (c + w * 0x1.2f0d808df8a0ap-3));
}

// erf(a) / a - 1 for a <= 1, z = a². 2^-56.9.
INLINE double FN(erf_near)(double z) {
  double a = 0x1.06eba8214db68p-3 - 0x1.812746b0379bdp-2 * z;
  double b = 0x1.ce2f21a040d17p-4 - 0x1.b82ce311fa97bp-6 * z;
  double c = 0x1.565bccf92ba6dp-8 - 0x1.c02db03de8028p-11 * z;
  double d = 0x1.f9a2baaa7b339p-14 - 0x1.f4ca4d84a8486p-17 * z;
  double e = 0x1.b97fd49f826a6p-20 - 0x1.5c072b5f69841p-23 * z;
  double f = 0x1.d71b2bd6c4131p-27 - 0x1.abae99883656fp-31 * z;
  double w = z * z, v = w * w;
  return ((a + w * b) + v * (c + w * d)) + (v * v) * (e + w * f);
}

// log(1 - erf(a)) for 1 <= a <= 6. erf: 2^-57.0.
INLINE double FN(log_erfc)(double a) {
  double p = 0x1.bc4907c450eaap-33 - 0x1.565b63779836fp-38 * a;
  p = (0x1.8a91a2bba2addp-25 - 0x1.0b52df7ad9121p-28 * a) + (a * a) * p;
  p = (0x1.1bd8e64e215dfp-19 - 0x1.8cd2bb5012755p-22 * a) + (a * a) * p;
  p = (0x1.7a0b699799035p-16 - 0x1.1fdc1e180642fp-17 * a) + (a * a) * p;
  p = (-0x1.1e603583e907ap-13 - 0x1.478d68df56526p-16 * a) + (a * a) * p;
  p = (-0x1.f70a594af8760p-10 + 0x1.954c33fa3dfedp-11 * a) + (a * a) * p;
  p = (0x1.37199d8acf6b6p-6 + 0x1.b1a046b95a157p-12 * a) + (a * a) * p;
  p = (-0x1.45f635aa65591p-1 - 0x1.a4ab27ca255bap-4 * a) + (a * a) * p;
  return (-0x1.138c9f27686a6p-21 - 0x1.20dd1e2fb7638p+0 * a) + (a * a) * p;
}

// (sin(r) / r - 1) / z and (cos(r) - 1 + z / 2) / z² on |r| <= pi / 4, z = r². 2^-57.9 and 2^-63.9.
INLINE double FN(sine_tail)(double z) {
  double a = -0x1.5555555555548p-3 + 0x1.111111110f7c9p-7 * z;
  double b = -0x1.a01a019bfd115p-13 + 0x1.71de35670d26dp-19 * z;
  double c = -0x1.ae5e59f1f3e7cp-26 + 0x1.5d8fa22dc08f2p-33 * z;
  double w = z * z;
  return a + w * (b + w * c);
}
INLINE double FN(cosine_tail)(double z) {
  double a = 0x1.555555555554bp-5 - 0x1.6c16c16c14f8ap-10 * z;
  double b = 0x1.a01a019c838bfp-16 - 0x1.27e4f7ea34083p-22 * z;
  double c = 0x1.1ee9d750381e1p-29 - 0x1.8fa464c0c3f0cp-37 * z;
  double w = z * z;
  return a + w * (b + w * c);
}
