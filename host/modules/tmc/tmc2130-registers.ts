/**
 * Registers of the TMC2130, from its data sheet: name, address, and fields as "name:lowest bit:bits".
 */
import { registerTable } from "./register-table.js";

export const TMC2130_REGISTERS = registerTable({
  registers: {
    GCONF: 0x00, GSTAT: 0x01, IOIN: 0x04, IHOLD_IRUN: 0x10, TPOWERDOWN: 0x11, TSTEP: 0x12, TPWMTHRS: 0x13, TCOOLTHRS: 0x14,
    THIGH: 0x15, XDIRECT: 0x2d, MSLUT0: 0x60, MSLUT1: 0x61, MSLUT2: 0x62, MSLUT3: 0x63, MSLUT4: 0x64, MSLUT5: 0x65, MSLUT6: 0x66,
    MSLUT7: 0x67, MSLUTSEL: 0x68, MSLUTSTART: 0x69, MSCNT: 0x6a, MSCURACT: 0x6b, CHOPCONF: 0x6c, COOLCONF: 0x6d, DCCTRL: 0x6e,
    DRV_STATUS: 0x6f, PWMCONF: 0x70, PWM_SCALE: 0x71, ENCM_CTRL: 0x72, LOST_STEPS: 0x73,
  },
  fields: {
    GCONF: "i_scale_analog:0 internal_rsense:1 en_pwm_mode:2 enc_commutation:3 shaft:4 diag0_error:5 diag0_otpw:6 diag0_stall:7 diag1_stall:8 " +
      "diag1_index:9 diag1_onstate:10 diag1_steps_skipped:11 diag0_int_pushpull:12 diag1_pushpull:13 small_hysteresis:14 stop_enable:15 " +
      "direct_mode:16 test_mode:17",
    GSTAT: "reset:0 drv_err:1 uv_cp:2",
    IOIN: "step:0 dir:1 dcen_cfg4:2 dcin_cfg5:3 drv_enn_cfg6:4 dco:5 version:24:8",
    IHOLD_IRUN: "ihold:0:5 irun:8:5 iholddelay:16:4",
    TPOWERDOWN: "tpowerdown:0:8",
    TSTEP: "tstep:0:20",
    TPWMTHRS: "tpwmthrs:0:20",
    TCOOLTHRS: "tcoolthrs:0:20",
    THIGH: "thigh:0:20",
    MSLUT0: "mslut0:0:32",
    MSLUT1: "mslut1:0:32",
    MSLUT2: "mslut2:0:32",
    MSLUT3: "mslut3:0:32",
    MSLUT4: "mslut4:0:32",
    MSLUT5: "mslut5:0:32",
    MSLUT6: "mslut6:0:32",
    MSLUT7: "mslut7:0:32",
    MSLUTSEL: "x3:24:8 x2:16:8 x1:8:8 w3:6:2 w2:4:2 w1:2:2 w0:0:2",
    MSLUTSTART: "start_sin:0:8 start_sin90:16:8",
    MSCNT: "mscnt:0:10",
    MSCURACT: "cur_a:0:9 cur_b:16:9",
    CHOPCONF: "toff:0:4 hstrt:4:3 hend:7:4 fd3:11 disfdcc:12 rndtf:13 chm:14 tbl:15:2 vsense:17 vhighfs:18 vhighchm:19 sync:20:4 mres:24:4 " +
      "intpol:28 dedge:29 diss2g:30",
    COOLCONF: "semin:0:4 seup:5:2 semax:8:4 sedn:13:2 seimin:15 sgt:16:7 sfilt:24",
    DRV_STATUS: "sg_result:0:10 fsactive:15 cs_actual:16:5 stallguard:24 ot:25 otpw:26 s2ga:27 s2gb:28 ola:29 olb:30 stst:31",
    PWMCONF: "pwm_ampl:0:8 pwm_grad:8:8 pwm_freq:16:2 pwm_autoscale:18 pwm_symmetric:19 freewheel:20:2",
    PWM_SCALE: "pwm_scale:0:8",
    LOST_STEPS: "lost_steps:0:20",
  },
  signed: "cur_a cur_b sgt",
  readable: "GCONF GSTAT IOIN TSTEP XDIRECT MSCNT MSCURACT CHOPCONF DRV_STATUS PWM_SCALE LOST_STEPS",
});
