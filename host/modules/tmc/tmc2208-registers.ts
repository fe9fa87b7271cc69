/**
 * Registers of the TMC2208, from its data sheet: name, address, and fields as "name:lowest bit:bits".
 */
import { registerTable } from "./register-table.js";

export const TMC2208_REGISTERS = registerTable({
  registers: {
    GCONF: 0x00, GSTAT: 0x01, IFCNT: 0x02, SLAVECONF: 0x03, OTP_PROG: 0x04, OTP_READ: 0x05, IOIN: 0x06, FACTORY_CONF: 0x07,
    IHOLD_IRUN: 0x10, TPOWERDOWN: 0x11, TSTEP: 0x12, TPWMTHRS: 0x13, VACTUAL: 0x22, MSCNT: 0x6a, MSCURACT: 0x6b, CHOPCONF: 0x6c,
    DRV_STATUS: 0x6f, PWMCONF: 0x70, PWM_SCALE: 0x71, PWM_AUTO: 0x72,
  },
  fields: {
    GCONF: "i_scale_analog:0 internal_rsense:1 en_spreadcycle:2 shaft:3 index_otpw:4 index_step:5 pdn_disable:6 mstep_reg_select:7 " +
      "multistep_filt:8 test_mode:9",
    GSTAT: "reset:0 drv_err:1 uv_cp:2",
    IFCNT: "ifcnt:0:8",
    SLAVECONF: "senddelay:8:4",
    OTP_PROG: "otpbit:0:3 otpbyte:4:2 otpmagic:8:8",
    OTP_READ: "otp_fclktrim:0:5 otp_ottrim:5 otp_internalrsense:6 otp_tbl:7 otp_pwm_grad:8:4 otp_pwm_autograd:12 otp_tpwmthrs:13:3 otp_pwm_ofs:16 " +
      "otp_pwm_reg:17 otp_pwm_freq:18 otp_iholddelay:19:2 otp_ihold:21:2 otp_en_spreadcycle:23",
    "IOIN@TMC222x": "pdn_uart:1 spread:2 dir:3 enn:4 step:5 ms1:6 ms2:7 sel_a:8 version:24:8",
    "IOIN@TMC220x": "enn:0 ms1:2 ms2:3 diag:4 pdn_uart:6 step:7 sel_a:8 dir:9 version:24:8",
    FACTORY_CONF: "fclktrim:0:5 ottrim:8:2",
    IHOLD_IRUN: "ihold:0:5 irun:8:5 iholddelay:16:4",
    TPOWERDOWN: "tpowerdown:0:8",
    TSTEP: "tstep:0:20",
    TPWMTHRS: "tpwmthrs:0:20",
    VACTUAL: "vactual:0:24",
    MSCNT: "mscnt:0:10",
    MSCURACT: "cur_a:0:9 cur_b:16:9",
    CHOPCONF: "toff:0:4 hstrt:4:3 hend:7:4 tbl:15:2 vsense:17 mres:24:4 intpol:28 dedge:29 diss2g:30 diss2vs:31",
    DRV_STATUS: "otpw:0 ot:1 s2ga:2 s2gb:3 s2vsa:4 s2vsb:5 ola:6 olb:7 t120:8 t143:9 t150:10 t157:11 cs_actual:16:5 stealth:30 stst:31",
    PWMCONF: "pwm_ofs:0:8 pwm_grad:8:8 pwm_freq:16:2 pwm_autoscale:18 pwm_autograd:19 freewheel:20:2 pwm_reg:24:4 pwm_lim:28:4",
    PWM_SCALE: "pwm_scale_sum:0:8 pwm_scale_auto:16:9",
    PWM_AUTO: "pwm_ofs_auto:0:8 pwm_grad_auto:16:8",
  },
  signed: "cur_a cur_b pwm_scale_auto",
  readable: "GCONF GSTAT IFCNT OTP_READ IOIN FACTORY_CONF TSTEP MSCNT MSCURACT CHOPCONF DRV_STATUS PWMCONF PWM_SCALE PWM_AUTO",
});
