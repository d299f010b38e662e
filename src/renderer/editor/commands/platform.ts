/** Whether shortcuts are told with Cmd. */
export const isMac = /mac|iphone|ipad/i.test(navigator.platform);
