/** The editor's entry: mounts the window on the connection that the host's own script has set up. */
import { mount } from 'svelte';
import { z } from 'zod';
import './theme/tokens.css';
import './theme/base.css';
import './theme/parts.css';
import { App } from './state/app.svelte.js';
import Shell from './shell/Shell.svelte';

// Without this zod tries out `new Function`, which the page's policy forbids and reports.
z.config({ jitless: true });

const api = await window.unsmear;
if (api === undefined) throw new Error('The host set no connection (window.unsmear).');
mount(Shell, { target: document.body, props: { app: new App(api) } });
