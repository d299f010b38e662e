/** Secures the window's session: own scheme, no permissions, no other pages. */
import { app, protocol, session } from 'electron';
import { isPermitted, PRIVILEGES, SCHEME } from './address.js';
import { schemeHandler, type SchemeOptions } from './scheme.js';
import { confine } from './window.js';

/** Registers the scheme; must be called before the application is ready. */
export function declareScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: PRIVILEGES }]);
  app.enableSandbox();
  app.on('web-contents-created', (_, contents) => confine(contents));
}

/** Sets handlers for requests and permissions; must be called when the application is ready. */
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
