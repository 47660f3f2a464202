// Elementary functions of one f32.

INLINE float abs_f32(float x) { return f32_from_bits(bits_of_f32(x) & 0x7fffffffu); }
INLINE float copysign_f32(float x, float s) {
  return f32_from_bits((bits_of_f32(x) & 0x7fffffffu) | (bits_of_f32(s) & 0x80000000u));
}
INLINE float exp_f32(float x) { return (float)exp_f64(x); }
INLINE float expm1_f32(float x) { return (float)expm1_f64(x); }
INLINE float log_f32(float x) { return (float)log_f64(x); }
INLINE float log1p_f32(float x) { return (float)log1p_f64(x); }
INLINE float tanh_f32(float x) { return (float)tanh_f64(x); }
INLINE float sigmoid_f32(float x) { return (float)sigmoid_f64(x); }
INLINE float softplus_f32(float x) { return (float)softplus_f64(x); }
INLINE float sin_f32(float x) { return (float)sin_f64(x); }
INLINE float cos_f32(float x) { return (float)cos_f64(x); }
INLINE float erf_f32(float x) { return (float)erf_f64(x); }
INLINE float round_f32(float x) { return (float)round_f64(x); }
INLINE float floor_f32(float x) { return (float)floor_f64(x); }
INLINE float ceil_f32(float x) { return (float)ceil_f64(x); }
INLINE float pow_f32(float x, float y) { return (float)pow_f64(x, y); }
