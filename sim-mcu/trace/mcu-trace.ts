export class McuTrace {}
