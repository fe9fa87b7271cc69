/**
 * Registers of the TMC2660, from its data sheet: name, address, and fields as "name:lowest bit:bits".
 */
import { registerTable } from "./register-table.js";

export const TMC2660_REGISTERS = registerTable({
  registers: {
    DRVCONF: 0x0e, SGCSCONF: 0x0c, SMARTEN: 0x0a, CHOPCONF: 0x08, DRVCTRL: 0x00,
  },
  fields: {
    DRVCTRL: "mres:0:4 dedge:8 intpol:9",
    CHOPCONF: "toff:0:4 hstrt:4:3 hend:7:4 hdec:11:2 rndtf:13 chm:14 tbl:15:2",
    SMARTEN: "semin:0:4 seup:5:2 semax:8:4 sedn:13:2 seimin:15",
    SGCSCONF: "cs:0:5 sgt:8:7 sfilt:16",
    DRVCONF: "rdsel:4:2 vsense:6 sdoff:7 ts2g:8:2 diss2g:10 slpl:12:2 slph:14:2 tst:16",
    "READRSP@RDSEL0": "stallguard:4 ot:5 otpw:6 s2ga:7 s2gb:8 ola:9 olb:10 stst:11 mstep:14:10",
    "READRSP@RDSEL1": "stallguard:4 ot:5 otpw:6 s2ga:7 s2gb:8 ola:9 olb:10 stst:11 sg_result:14:10",
    "READRSP@RDSEL2": "stallguard:4 ot:5 otpw:6 s2ga:7 s2gb:8 ola:9 olb:10 stst:11 se:14:5 sg_result@rdsel2:19:5",
  },
  signed: "sgt",
  readable: "READRSP@RDSEL0 READRSP@RDSEL1 READRSP@RDSEL2",
});
