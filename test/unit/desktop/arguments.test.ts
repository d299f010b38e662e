import { describe, expect, it } from 'vitest';
import { photosOf } from '../../../src/main/hosts/electron/arguments.js';

const packaged = { cwd: '/home/me', program: null };
const development = { cwd: '/home/me', program: '/src/unsmear' };

describe.skipIf(process.platform === 'win32')('photos among the arguments', () => {
  it('are resolved against the folder of the start', () => {
    const argv = ['/opt/unsmear', 'a.jpg', '../you/b.jpg', '/c.jpg'];
    expect(photosOf(argv, packaged)).toEqual(['/home/me/a.jpg', '/home/you/b.jpg', '/c.jpg']);
  });

  it('exclude switches of the system and of Chromium', () => {
    const argv = ['/opt/unsmear', '--no-sandbox', '-psn_0_12345', '--lang=de', '', 'a.jpg', '-x'];
    expect(photosOf(argv, packaged)).toEqual(['/home/me/a.jpg']);
  });

  it('may start with a dash after "--"', () => {
    const argv = ['/opt/unsmear', '--no-sandbox', '--', '-a.jpg', '--b.jpg'];
    expect(photosOf(argv, packaged)).toEqual(['/home/me/-a.jpg', '/home/me/--b.jpg']);
  });

  it('exclude the program itself, wherever its switches stand', () => {
    const argv = ['/electron', '--inspect=0', '/src/unsmear', 'a.jpg', '/src/unsmear'];
    expect(photosOf(argv, development)).toEqual(['/home/me/a.jpg', '/src/unsmear']);
    const relative = { cwd: '/src/unsmear', program: '/src/unsmear' };
    expect(photosOf(['/electron', '.', 'a.jpg'], relative)).toEqual(['/src/unsmear/a.jpg']);
  });

  it('may be "file:" addresses, but no others', () => {
    const argv = [
      '/opt/unsmear',
      'file:///photos/a%20%C3%A4.jpg',
      'https://example.org/b.jpg',
      'file:///%2F',
      'unsmear://app/',
      'not:an-address.jpg',
    ];
    const found = ['/photos/a ä.jpg', '/home/me/not:an-address.jpg'];
    expect(photosOf(argv, packaged)).toEqual(found);
  });
});
