/**
 * Registers of the TMC2240, from its data sheet: name, address, and fields as "name:lowest bit:bits".
 */
import { registerTable } from "./register-table.js";

export const TMC2240_REGISTERS = registerTable({
  registers: {
    GCONF: 0x00, GSTAT: 0x01, IFCNT: 0x02, NODECONF: 0x03, IOIN: 0x04, DRV_CONF: 0x0a, GLOBALSCALER: 0x0b, IHOLD_IRUN: 0x10,
    TPOWERDOWN: 0x11, TSTEP: 0x12, TPWMTHRS: 0x13, TCOOLTHRS: 0x14, THIGH: 0x15, DIRECT_MODE: 0x2d, ENCMODE: 0x38, X_ENC: 0x39,
    ENC_CONST: 0x3a, ENC_STATUS: 0x3b, ENC_LATCH: 0x3c, ADC_VSUPPLY_AIN: 0x50, ADC_TEMP: 0x51, OTW_OV_VTH: 0x52, MSLUT0: 0x60,
    MSLUT1: 0x61, MSLUT2: 0x62, MSLUT3: 0x63, MSLUT4: 0x64, MSLUT5: 0x65, MSLUT6: 0x66, MSLUT7: 0x67, MSLUTSEL: 0x68,
    MSLUTSTART: 0x69, MSCNT: 0x6a, MSCURACT: 0x6b, CHOPCONF: 0x6c, COOLCONF: 0x6d, DRV_STATUS: 0x6f, PWMCONF: 0x70, PWM_SCALE: 0x71,
    PWM_AUTO: 0x72, SG4_THRS: 0x74, SG4_RESULT: 0x75, SG4_IND: 0x76,
  },
  fields: {
    COOLCONF: "semin:0:4 seup:5:2 semax:8:4 sedn:13:2 seimin:15 sgt:16:7 sfilt:24",
    CHOPCONF: "toff:0:4 hstrt:4:3 hend:7:4 fd3:11 disfdcc:12 chm:14 tbl:15:2 vhighfs:18 vhighchm:19 tpfd:20:4 mres:24:4 intpol:28 dedge:29 " +
      "diss2g:30 diss2vs:31",
    DRV_STATUS: "sg_result:0:10 s2vsa:12 s2vsb:13 stealth:14 fsactive:15 cs_actual:16:5 stallguard:24 ot:25 otpw:26 s2ga:27 s2gb:28 ola:29 olb:30 stst:31",
    GCONF: "faststandstill:1 en_pwm_mode:2 multistep_filt:3 shaft:4 diag0_error:5 diag0_otpw:6 diag0_stall:7 diag1_stall:8 diag1_index:9 " +
      "diag1_onstate:10 diag0_pushpull:12 diag1_pushpull:13 small_hysteresis:14 stop_enable:15 direct_mode:16",
    GSTAT: "reset:0 drv_err:1 uv_cp:2 register_reset:3 vm_uvlo:4",
    GLOBALSCALER: "globalscaler:0:8",
    IHOLD_IRUN: "ihold:0:5 irun:8:5 iholddelay:16:4 irundelay:24:4",
    IOIN: "step:0 dir:1 encb:2 enca:3 drv_enn:4 encn:5 uart_en:6 comp_a:8 comp_b:9 comp_a1_a2:10 comp_b1_b2:11 output:12 ext_res_det:13 " +
      "ext_clk:14 adc_err:15 silicon_rv:16:3 version:24:8",
    MSLUT0: "mslut0:0:32",
    MSLUT1: "mslut1:0:32",
    MSLUT2: "mslut2:0:32",
    MSLUT3: "mslut3:0:32",
    MSLUT4: "mslut4:0:32",
    MSLUT5: "mslut5:0:32",
    MSLUT6: "mslut6:0:32",
    MSLUT7: "mslut7:0:32",
    MSLUTSEL: "x3:24:8 x2:16:8 x1:8:8 w3:6:2 w2:4:2 w1:2:2 w0:0:2",
    MSLUTSTART: "start_sin:0:8 start_sin90:16:8 offset_sin90:24:8",
    MSCNT: "mscnt:0:10",
    MSCURACT: "cur_a:0:9 cur_b:16:9",
    PWM_AUTO: "pwm_ofs_auto:0:8 pwm_grad_auto:16:8",
    PWMCONF: "pwm_ofs:0:8 pwm_grad:8:8 pwm_freq:16:2 pwm_autoscale:18 pwm_autograd:19 freewheel:20:2 pwm_meas_sd_enable:22 pwm_dis_reg_stst:23 " +
      "pwm_reg:24:4 pwm_lim:28:4",
    PWM_SCALE: "pwm_scale_sum:0:10 pwm_scale_auto:16:9",
    TPOWERDOWN: "tpowerdown:0:8",
    TPWMTHRS: "tpwmthrs:0:20",
    TCOOLTHRS: "tcoolthrs:0:20",
    TSTEP: "tstep:0:20",
    THIGH: "thigh:0:20",
    DRV_CONF: "current_range:0:2 slope_control:4:2",
    ADC_VSUPPLY_AIN: "adc_vsupply:0:13 adc_ain:16:13",
    ADC_TEMP: "adc_temp:0:13",
    OTW_OV_VTH: "overvoltage_vth:0:13 overtempprewarning_vth:16:13",
    SG4_THRS: "sg4_thrs:0:8 sg4_filt_en:8 sg4_angle_offset:9",
    SG4_RESULT: "sg4_result:0:10",
    SG4_IND: "sg4_ind_0:0:8 sg4_ind_1:8:8 sg4_ind_2:16:8 sg4_ind_3:24:8",
  },
  signed: "cur_a cur_b sgt pwm_scale_auto offset_sin90",
    readable: "GCONF GSTAT IOIN DRV_CONF GLOBALSCALER IHOLD_IRUN TPOWERDOWN TSTEP TPWMTHRS TCOOLTHRS THIGH ADC_VSUPPLY_AIN ADC_TEMP OTW_OV_VTH " +
      "MSCNT MSCURACT CHOPCONF COOLCONF DRV_STATUS PWMCONF PWM_SCALE PWM_AUTO SG4_THRS SG4_RESULT SG4_IND",
});
