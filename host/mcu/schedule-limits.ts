/**
 * Limits of scheduling that every MCU shares: how far ahead a command must, and how far ahead it may lie.
 */

/** Lead (s) that the host needs to get a scheduled event to an MCU in time. */
export const MIN_SCHEDULE_TIME = 0.1;

/** Clocks are compared as signed 32-bit differences, so nothing may lie further ahead (ticks). */
export const MAX_SCHEDULE_TICKS = 0x7fffffff;

/** Longest time (s) that every supported MCU can schedule; follows from MAX_SCHEDULE_TICKS at 715 MHz. */
export const MAX_NOMINAL_DURATION = 3;

/** Lead (s) that the start value of a PWM output gets at connect: until then it holds the output's place in the MCU's queue. */
export const START_VALUE_LEAD = 0.2;
