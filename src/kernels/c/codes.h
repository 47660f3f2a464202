// The codes of table.ts, in the same order.
enum { NEG, ABS, SIGN, SQRT_, SQUARE, RECIPROCAL, EXP, EXPM1, LOG, LOG1P, SIN, COS, TANH, SIGMOID, SOFTPLUS, ERF, RELU,
       FLOOR, CEIL, ROUND };
enum { ADD, SUB, MUL, DIV, POW, MAXIMUM, MINIMUM, TANH_GRAD, SIGMOID_GRAD, RELU_GRAD };
enum { EQ, NE, LT, LE, GT, GE };
enum { SUM, PROD, MAX, MIN };
enum { F64, F32, I32, U8, BOOL };
