/**
 * The stepper's commands, and the choice of its step path from board, polarity and pulse length.
 */
import type { FirmwareContext, FirmwareFeature } from "./feature.js";
import { stepLoad } from "./step-load.js";
import { Stepper, type StepPath } from "./stepper.js";
import type { BoardProfile } from "../boards/board.js";

const POSITION = "stepper_position oid=%c pos=%i";

const lookup = (ctx: FirmwareContext, oid: number): Stepper => ctx.oidLookup<Stepper>(oid, "stepper");

/** Which of the firmware's step functions a stepper gets. @param invertStep 0 rising edge, 1 falling edge, −1 both edges */
export function stepPathFor(board: BoardProfile, invertStep: number, pulseTicks: number): StepPath {
  if (board.stepPath === "unchecked") return "edge";
  const short = pulseTicks <= board.stepPathTicks;
  if (board.stepPath === "edge" && invertStep < 0 && short) return "edge";
  if (board.stepPath === "avr" && invertStep >= 0 && short) return "avr";
  return invertStep < 0 ? "single" : "full";
}

function boardConstants(board: BoardProfile): Record<string, number> {
  const constants: Record<string, number> = { STEPPER_STEP_BOTH_EDGE: 1 };
  if (board.stepPath === "edge") constants["STEPPER_OPTIMIZED_EDGE"] = board.stepPathTicks;
  if (board.stepPath === "avr") constants["STEPPER_OPTIMIZED_UNSTEP"] = board.stepPathTicks;
  return constants;
}

export function stepper(board: BoardProfile): FirmwareFeature {
  return {
    name: "stepper",
    constants: boardConstants(board),
    commands: [
      { format: "config_stepper oid=%c step_pin=%c dir_pin=%c invert_step=%c step_pulse_ticks=%u", handler(args, ctx) {
        const invert = args.i8(3);
        ctx.gpio.setupOutput(args.u8(1), invert > 0 ? 1 : 0);
        ctx.gpio.setupOutput(args.u8(2), 0);
        const path = stepPathFor(ctx.board, invert, args.u32(4));
        const s = ctx.oidAlloc(args.u8(0), "stepper", new Stepper(args.u8(0), args.u8(1), args.u8(2), path, args.u32(4), ctx), 56);
        ctx.moveQueueSetup(ctx.board.moveNodeBytes);
        ctx.onSettle(() => s.settle(ctx.now));
        stepLoad(ctx).add(s);
        ctx.gpio.addStepSource(s);
      } },
      { format: "queue_step oid=%c interval=%u count=%hu add=%hi", handler(args, ctx) {
        const s = lookup(ctx, args.u8(0));
        ctx.moveAlloc();
        const count = args.u16(2);
        if (count === 0) ctx.shutdown("Invalid count parameter");
        ctx.noteEffect(s.queue(args.u32(1), count, args.i16(3)));
        stepLoad(ctx).rowQueued();
      } },
      { format: "set_next_step_dir oid=%c dir=%c", handler(args, ctx) { lookup(ctx, args.u8(0)).setNextDir(args.u8(1)); } },
      { format: "reset_step_clock oid=%c clock=%u", handler(args, ctx) { lookup(ctx, args.u8(0)).resetClock(args.u32(1)); } },
      { format: "stepper_get_position oid=%c", handler(args, ctx) {
        ctx.send(POSITION, args.u8(0), lookup(ctx, args.u8(0)).positionAt(ctx.now));
      } },
      { format: "stepper_stop_on_trigger oid=%c trsync_oid=%c", handler(args, ctx) {
        const s = lookup(ctx, args.u8(0));
        ctx.trsync(args.u8(1)).addSignal(s.signal, () => s.stop());
      } },
    ],
    responses: [POSITION],
    staticStrings: ["Invalid count parameter", "Can't reset time when stepper active", "Stepper too far in past"],
    onShutdown(ctx) {
      for (const [, s] of ctx.eachOid<Stepper>("stepper")) s.stop();
      stepLoad(ctx).stop();
    },
  };
}
