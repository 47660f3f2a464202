export { type ErrorCode, type ErrorData, TuttiError } from "./errors.js";
