/** Entry of the editor: connects to the host and mounts the window. */
import { mount } from 'svelte';
import { z } from 'zod';
import './theme/tokens.css';
import './theme/base.css';
import './theme/parts.css';
import { connectToHost } from './host/connect.js';
import { connectToDesktop } from './host/connect-desktop.js';
import { App } from './app/app.svelte.js';
import Shell from './app/shell/Shell.svelte';

// Otherwise zod probes `new Function`, which the page's security policy forbids and reports.
z.config({ jitless: true });

const desktop = window.unsmearDesktop;
const api = await (desktop === undefined
  ? connectToHost(new URL('/', location.href))
  : connectToDesktop(desktop));
mount(Shell, { target: document.body, props: { app: new App(api) } });
