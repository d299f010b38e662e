/** Chooses the tool that keeps the machine awake. */
import { describe, expect, it } from 'vitest';
import { toolFor } from '../../src/main/batch/awake.js';

describe('the tool that keeps the machine awake', () => {
  it('is caffeinate on macOS and ends with this process', () => {
    expect(toolFor('darwin', 4321)).toEqual({
      command: 'caffeinate',
      arguments: ['-i', '-w', '4321'],
    });
  });

  it('is systemd-inhibit on Linux around a command that ends with this process', () => {
    expect(toolFor('linux', 4321)).toEqual({
      command: 'systemd-inhibit',
      arguments: [
        '--what=idle:sleep',
        '--who=Unsmear',
        '--why=Photos are being restored',
        ...['tail', '--pid=4321', '-f', '/dev/null'],
      ],
    });
  });

  it('is PowerShell on Windows by its full path, with an encoded script', () => {
    const tool = toolFor('win32', 4321, 'D:\\Win dows');
    expect(tool?.command).toBe('D:\\Win dows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe');
    const [script, ...options] = [...(tool?.arguments ?? [])].reverse();
    expect(options.reverse()).toEqual([
      '-NoLogo',
      '-NoProfile',
      '-NonInteractive',
      '-EncodedCommand',
    ]);
    expect(script).toMatch(/^[A-Za-z0-9+/]+=*$/);
    expect(
      Buffer.from(script ?? '', 'base64')
        .toString('utf16le')
        .split('\n'),
    ).toEqual([
      "$ErrorActionPreference = 'Stop'",
      '$power = Add-Type -PassThru -Namespace Unsmear -Name Power -MemberDefinition \'[DllImport("kernel32.dll")] public static extern uint SetThreadExecutionState(uint flags);\'',
      '[void]$power::SetThreadExecutionState(2147483649)',
      'Wait-Process -Id 4321',
    ]);
  });

  it('does not exist on other systems', () => {
    expect(toolFor('freebsd', 4321)).toBeNull();
  });
});
