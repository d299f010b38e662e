/** The session of the window: its own scheme, no permissions, no pages that lead elsewhere. */
import { app, protocol, session } from 'electron';
import { isPermitted, PRIVILEGES, SCHEME } from './address.js';
import { schemeHandler, type SchemeOptions } from './scheme.js';
import { confine } from './window.js';

/** Before the application is ready. */
export function declareScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: PRIVILEGES }]);
  app.enableSandbox();
  app.on('web-contents-created', (_, contents) => confine(contents));
}

/** When the application is ready. */
export function secureSession(options: SchemeOptions): void {
  protocol.handle(SCHEME, schemeHandler(options));
  const { defaultSession } = session;
  defaultSession.setPermissionRequestHandler((contents, permission, answer) =>
    answer(isPermitted(permission, contents.getURL())),
  );
  defaultSession.setPermissionCheckHandler((_, permission, origin) =>
    isPermitted(permission, origin),
  );
  defaultSession.setDevicePermissionHandler(() => false);
}
