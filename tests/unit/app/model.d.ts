// The module that the server writes from the model's declaration (/model.js, /why-model.js).
export const QUANTITIES: string[];
export const EVENTS: string[];
export const LEVERS: string[];
export const PARAMETERS: string[];
export function start(p: Float64Array, place: object): Float64Array;
export function run(input: object): { national: Float64Array; districts: Float64Array; failed: number };
