/** The editor's entry: mounts the window on the connection that Electron's preload has set up, or makes one to the browser host. */
import { mount } from 'svelte';
import { z } from 'zod';
import './theme/tokens.css';
import './theme/base.css';
import './theme/parts.css';
import { connectToHost } from './connect.js';
import { App } from './state/app.svelte.js';
import Shell from './shell/Shell.svelte';

// Without this zod tries out `new Function`, which the page's policy forbids and reports.
z.config({ jitless: true });

const api = await (window.unsmear ?? connectToHost(new URL('/', location.href)));
mount(Shell, { target: document.body, props: { app: new App(api) } });
