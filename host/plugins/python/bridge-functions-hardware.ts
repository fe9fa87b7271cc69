/**
 * Functions of the bridge for the hardware and motion classes of the package `klippy`: objects that plugins make
 * themselves, lists that they change in place, and what the host keeps in another form than Kalico. Whatever the
 * host does here for a plugin behind a membrane is done with the host's own objects, and its result goes back
 * through the membrane.
 */
import { membraneOf } from "../membrane.js";
import type { PythonBridge } from "./bridge.js";
import { kalicoHasClass, kalicoHasModule } from "./kalico-members.js";
import { HOST_FUNCTIONS, HOST_CLASSES } from "./host-classes.js";

type AnyFunction = (...args: any[]) => unknown;

/** Calls host code on behalf of the plugin that `anchor` was handed to. */
function asHost(anchor: object | null, object: string, member: string, fn: AnyFunction, args: unknown[]): unknown {
  const membrane = anchor === null ? undefined : membraneOf(anchor);
  return membrane === undefined ? fn(...args) : membrane.callOut(object, member, fn, args);
}

/** Makes the functions known to a bridge. */
export function defineHardwareFunctions(bridge: PythonBridge): void {
  bridge.define("construct", (anchor: object | null, name: string, args: unknown[]) => {
    const make = HOST_CLASSES[name];
    if (make === undefined) throw new Error(`Not offered by this host yet: ${name}`);
    return asHost(anchor, name, "new", make, args);
  });
  bridge.define("hostFunction", (anchor: object | null, name: string, args: unknown[]) => {
    const fn = HOST_FUNCTIONS[name];
    if (fn === undefined) throw new Error(`Not offered by this host yet: ${name}`);
    return asHost(anchor, name.split(".")[0]!, name.split(".").at(-1)!, fn, args);
  });
  bridge.define("setParameters", (gcmd: { getCommandParameters(): Record<string, string> }, params: Record<string, string>) => {
    const live = gcmd.getCommandParameters();
    for (const name of Object.keys(live)) if (!(name in params)) delete live[name];
    Object.assign(live, params);
  });
  bridge.define("kalicoHasModule", (name: string) => kalicoHasModule(name));
  bridge.define("kalicoHasClass", (name: string) => kalicoHasClass(name));
  bridge.define("setMembers", (owner: object, member: string) =>
    asHost(owner, owner.constructor.name, member, (target: object) => [...(Reflect.get(target, member) as Set<unknown>)], [owner]));
  bridge.define("replaceItems", (owner: object, member: string, items: unknown[]) => {
    const replace = (target: object, values: unknown[]): void => {
      const list = Reflect.get(target, member) as unknown[];
      list.splice(0, list.length, ...values);
    };
    asHost(owner, owner.constructor.name, member, replace, [owner, items]);
  });
}
