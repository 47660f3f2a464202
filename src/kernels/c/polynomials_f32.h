// Minimax polynomials for f32 (Remez's algorithm); the bounds are relative errors of the function they serve.

// (e^r - 1 - r) / r² on |r| <= ln2 / 2. e^r: 2^-28.2, e^r - 1: 2^-26.1.
INLINE float FN(exp_tail)(float r, float z) {
  float a = 0x1.fffffep-2f + 0x1.5554bp-3f * r;
  float b = 0x1.555674p-5f + 0x1.122776p-7f * r;
  return a + z * (b + z * 0x1.6bec0cp-10f);
}

// (tanh(a) / a - 1) / z for a <= 0.55, z = a². 2^-24.6.
INLINE float FN(tanh_near)(float z) {
  return (-0x1.555452p-2f + 0x1.10cee6p-3f * z) + (z * z) * (-0x1.af7b0cp-5f + 0x1.0d4956p-6f * z);
}

// (2 atanh(s) / s - 2) / z, z = s², for (1 + s) / (1 - s) between sqrt(1/2) and sqrt(2). log: 2^-30.2.
INLINE float FN(log_tail)(float z) {
  return 0x1.55557ap-1f + z * (0x1.995e9cp-2f + z * 0x1.31e678p-2f);
}

// erf(a) / a - 1 for a <= 1, z = a². 2^-24.6.
INLINE float FN(erf_near)(float z) {
  float a = 0x1.06eba2p-3f - 0x1.812674p-2f * z;
  float b = 0x1.ce0942p-4f - 0x1.b5a35cp-6f * z;
  float c = 0x1.4246cep-8f - 0x1.273f9cp-11f * z;
  float w = z * z;
  return a + w * (b + w * c);
}

// log(1 - erf(a)) for 1 <= a <= 4. erf: 2^-29.8.
INLINE float FN(log_erfc)(float a) {
  float z = a * a;
  float p = 0x1.6541acp-6f - 0x1.814be8p-9f * a + 0x1.852bb2p-13f * z;
  return (-0x1.72f01p-12f - 0x1.2085bp+0f * a) + z * ((-0x1.46c58cp-1f - 0x1.a60a48p-4f * a) + z * p);
}

// (sin(r) / r - 1) / z and (cos(r) - 1 + z / 2) / z² on |r| <= pi / 4, z = r². 2^-27.9 and 2^-33.0.
INLINE float FN(sine_tail)(float z) { return -0x1.555546p-3f + z * (0x1.11073ap-7f + z * -0x1.994388p-13f); }
INLINE float FN(cosine_tail)(float z) { return 0x1.55554ap-5f + z * (-0x1.6c0c32p-10f + z * 0x1.99eb4cp-16f); }
