// @ts-check
// What the scanner says, in both languages. {…} is filled in.

export const WORDS = {
  en: {
    title: "Read a code",
    camera: "Use the camera",
    stop: "Stop the camera",
    torch: "Light",
    photo: "Choose a photo",
    typed: "Or type what is printed beside the code",
    hint: "Such as 09506000134352 or (01)09506000134352(21)00042",
    readsAs: "Reads as {item}",
    read: "Read",
    picture: "Camera picture",
    starting: "Starting the camera. Your browser may ask you to allow it.",
    aim: "Hold the code inside the frame; it is read by itself.",
    looking: "Looking for a code in the photo…",
    found: "Read: {item}",
    stopped: "The camera is off.",
    insecure:
      "The camera works over a secure connection (https) only. Choose a photo or type the code.",
    none: "No camera was found. Choose a photo or type the code.",
    refused:
      "The camera was not allowed. Allow it for this page in your browser's settings, or choose a photo or type the code.",
    busy: "The camera did not start; another program may be using it. Close that and try again, or choose a photo.",
    ended: "The camera was cut off. Start it again, or choose a photo.",
    noReader:
      "The code reader could not be loaded. Check the connection and try again, or type the code.",
    noPicture:
      "This file is no picture that your browser can open. Choose a JPEG or PNG.",
    noCode:
      "No code was found in this photo. Take it again closer and sharper, with the whole code and its white edge.",
    empty: "Type a code first.",
    webAddress:
      "This is a web address, but no GS1 item. It was not opened: {text}",
    compressed:
      "This is a compressed GS1 link, which is not read here. Type the number that is printed beside the code.",
    mistyped:
      "A digit is wrong: the last one does not fit the others. Compare it with the print.",
    digits:
      "{count} digits are no GTIN: that has 8, 12, 13 or 14. Compare it with the print.",
    sscc: "For the number of a pallet or parcel (SSCC), write (00) before its 18 digits.",
    noKey:
      "This says something about a thing, but not which one. Read another code of the label.",
    invalid: "This is no valid GS1 code: {detail}.",
    other: "This is no GS1 item. Nothing was done with it: {text}",
  },
  "zh-CN": {
    title: "读取条码",
    camera: "用相机扫描",
    stop: "关闭相机",
    torch: "补光灯",
    photo: "选择条码照片",
    typed: "或输入条码旁印刷的内容",
    hint: "例如 09506000134352 或 (01)09506000134352(21)00042",
    readsAs: "识别为 {item}",
    read: "读取",
    picture: "相机画面",
    starting: "正在启动相机。浏览器可能会请求您的许可。",
    aim: "请将条码对准框内，会自动读取。",
    looking: "正在照片中查找条码……",
    found: "已读取：{item}",
    stopped: "相机已关闭。",
    insecure: "相机只能在安全连接（https）下使用。请选择照片或输入条码。",
    none: "未找到相机。请选择照片或输入条码。",
    refused:
      "未获得相机许可。请在浏览器设置中允许本页使用相机，或选择照片、输入条码。",
    busy: "相机未能启动，可能正被其他程序使用。请关闭该程序后重试，或选择照片。",
    ended: "相机已中断。请重新启动，或选择照片。",
    noReader: "无法加载条码读取程序。请检查网络后重试，或输入条码。",
    noPicture: "浏览器无法打开此文件。请选择 JPEG 或 PNG 照片。",
    noCode: "照片中未找到条码。请靠近并对焦清晰后重拍，完整拍下条码及其白边。",
    empty: "请先输入条码。",
    webAddress: "这是网址，不是 GS1 物品。未打开该网址：{text}",
    compressed: "这是压缩的 GS1 链接，此处无法读取。请输入条码旁印刷的号码。",
    mistyped: "有一位数字不对：末位校验码与其他数字不符。请与印刷内容核对。",
    digits:
      "{count} 位数字不是 GTIN：GTIN 为 8、12、13 或 14 位。请与印刷内容核对。",
    sscc: "托盘或包裹号码（SSCC）请在 18 位数字前加上 (00)。",
    noKey:
      "该条码只说明了物品的某些信息，未说明是哪件物品。请读取标签上的另一个条码。",
    invalid: "这不是有效的 GS1 条码：{detail}。",
    other: "这不是 GS1 物品，未作任何处理：{text}",
  },
};

/**
 * @typedef {typeof WORDS.en} Words
 * @typedef {keyof Words} Name
 */

/**
 * Return the words of `language`, English where there are none.
 * @param {string} language
 * @returns {Words}
 */
export function wordsOf(language) {
  return language.toLowerCase().startsWith("zh") ? WORDS["zh-CN"] : WORDS.en;
}
