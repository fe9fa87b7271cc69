/**
 * Registers of the TMC5160, from its data sheet: name, address, and fields as "name:lowest bit:bits".
 */
import { registerTable } from "./register-table.js";

export const TMC5160_REGISTERS = registerTable({
  registers: {
    GCONF: 0x00, GSTAT: 0x01, IFCNT: 0x02, SLAVECONF: 0x03, IOIN: 0x04, X_COMPARE: 0x05, OTP_READ: 0x07, FACTORY_CONF: 0x08,
    SHORT_CONF: 0x09, DRV_CONF: 0x0a, GLOBALSCALER: 0x0b, OFFSET_READ: 0x0c, IHOLD_IRUN: 0x10, TPOWERDOWN: 0x11, TSTEP: 0x12,
    TPWMTHRS: 0x13, TCOOLTHRS: 0x14, THIGH: 0x15, RAMPMODE: 0x20, XACTUAL: 0x21, VACTUAL: 0x22, VSTART: 0x23, A1: 0x24, V1: 0x25,
    AMAX: 0x26, VMAX: 0x27, DMAX: 0x28, D1: 0x2a, VSTOP: 0x2b, TZEROWAIT: 0x2c, XTARGET: 0x2d, VDCMIN: 0x33, SW_MODE: 0x34,
    RAMP_STAT: 0x35, XLATCH: 0x36, ENCMODE: 0x38, X_ENC: 0x39, ENC_CONST: 0x3a, ENC_STATUS: 0x3b, ENC_LATCH: 0x3c,
    ENC_DEVIATION: 0x3d, MSLUT0: 0x60, MSLUT1: 0x61, MSLUT2: 0x62, MSLUT3: 0x63, MSLUT4: 0x64, MSLUT5: 0x65, MSLUT6: 0x66,
    MSLUT7: 0x67, MSLUTSEL: 0x68, MSLUTSTART: 0x69, MSCNT: 0x6a, MSCURACT: 0x6b, CHOPCONF: 0x6c, COOLCONF: 0x6d, DCCTRL: 0x6e,
    DRV_STATUS: 0x6f, PWMCONF: 0x70, PWM_SCALE: 0x71, PWM_AUTO: 0x72, LOST_STEPS: 0x73,
  },
  fields: {
    COOLCONF: "semin:0:4 seup:5:2 semax:8:4 sedn:13:2 seimin:15 sgt:16:7 sfilt:24",
    CHOPCONF: "toff:0:4 hstrt:4:3 hend:7:4 fd3:11 disfdcc:12 chm:14 tbl:15:2 vhighfs:18 vhighchm:19 tpfd:20:4 mres:24:4 intpol:28 dedge:29 " +
      "diss2g:30 diss2vs:31",
    DRV_CONF: "bbmtime:0:5 bbmclks:8:4 otselect:16:2 drvstrength:18:2 filt_isense:20:2",
    SHORT_CONF: "s2vs_level:0:4 s2g_level:8:4 short_filter:16:2 shortdelay:18",
    DRV_STATUS: "sg_result:0:10 s2vsa:12 s2vsb:13 stealth:14 fsactive:15 cs_actual:16:5 stallguard:24 ot:25 otpw:26 s2ga:27 s2gb:28 ola:29 olb:30 stst:31",
    FACTORY_CONF: "factory_conf:0:5",
    GCONF: "recalibrate:0 faststandstill:1 en_pwm_mode:2 multistep_filt:3 shaft:4 diag0_error:5 diag0_otpw:6 diag0_stall:7 diag1_stall:8 " +
      "diag1_index:9 diag1_onstate:10 diag1_steps_skipped:11 diag0_int_pushpull:12 diag1_poscomp_pushpull:13 small_hysteresis:14 " +
      "stop_enable:15 direct_mode:16 test_mode:17",
    GSTAT: "reset:0 drv_err:1 uv_cp:2",
    GLOBALSCALER: "globalscaler:0:8",
    IHOLD_IRUN: "ihold:0:5 irun:8:5 iholddelay:16:4",
    IOIN: "refl_step:0 refr_dir:1 encb_dcen_cfg4:2 enca_dcin_cfg5:3 drv_enn:4 enc_n_dco_cfg6:5 sd_mode:6 swcomp_in:7 version:24:8",
    LOST_STEPS: "lost_steps:0:20",
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
    OTP_READ: "otp_fclktrim:0:5 otp_s2_level:5 otp_bbm:6 otp_tbl:7",
    PWM_AUTO: "pwm_ofs_auto:0:8 pwm_grad_auto:16:8",
    PWMCONF: "pwm_ofs:0:8 pwm_grad:8:8 pwm_freq:16:2 pwm_autoscale:18 pwm_autograd:19 freewheel:20:2 pwm_reg:24:4 pwm_lim:28:4",
    PWM_SCALE: "pwm_scale_sum:0:8 pwm_scale_auto:16:9",
    TPOWERDOWN: "tpowerdown:0:8",
    TPWMTHRS: "tpwmthrs:0:20",
    TCOOLTHRS: "tcoolthrs:0:20",
    TSTEP: "tstep:0:20",
    THIGH: "thigh:0:20",
  },
  signed: "cur_a cur_b sgt xactual vactual pwm_scale_auto",
  readable: "GCONF CHOPCONF GSTAT DRV_STATUS FACTORY_CONF IOIN LOST_STEPS MSCNT MSCURACT OTP_READ PWM_SCALE PWM_AUTO TSTEP",
});
