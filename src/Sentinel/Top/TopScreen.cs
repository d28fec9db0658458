using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Sentinel.Api;
using Sentinel.Linux.Loop;
using Sentinel.Linux.Native;
using Sentinel.Rendering;
using Sentinel.Screen;
using Sentinel.Screen.Cells;
using Sentinel.Screen.Keys;
using Sentinel.Screen.Views;

namespace Sentinel.Top;

/// <summary>The screen on a terminal: keys become scenes, scenes are painted, and what else is to be done is done. It ends when the user quits.</summary>
internal sealed class TopScreen
{
    // The other screen of the terminal, no cursor, and text that is pasted in brackets; then no mouse, and all of it back. See xterm's ctlseqs.
    private const string Enter = "\e[?1049h\e[?25l\e[?2004h", Leave = "\e[0m\e[?1000l\e[?1006l\e[?2004l\e[?25h\e[?1049l";
    private const string TakeMouse = "\e[?1000h\e[?1006h", LeaveMouse = "\e[?1000l\e[?1006l";
    private const int Stdin = 0, BlockBytes = 4096;

    // Faster than that nobody sees; a key that is one escape is told from a sequence by a pause.
    private static readonly TimeSpan FrameTime = TimeSpan.FromMilliseconds(16), EscapePause = TimeSpan.FromMilliseconds(40);

    // Nobody reads a pane while they move from line to line.
    private static readonly TimeSpan LoadPause = TimeSpan.FromMilliseconds(60);

    // With more, only those that are shown are looked at each second, and all of them every ten.
    private const int FewProcesses = 200, AllEvery = 10;

    private readonly EventLoop _loop = new(TimeProvider.System);
    private readonly KeyReader _keys = new();
    private readonly Painter _painter;
    private readonly IPlace _place;
    private readonly Doing _doing;
    private readonly Keyboard _keyboard;
    private Scene _scene;
    private Canvas? _shown;
    private IDisposable? _drawing, _pause, _loading;
    private Pane? _asked;
    private long _drawn;
    private int _samples;
    private Exception? _fault;

    private TopScreen(OpenPlace open, TerminalTraits traits, Keyboard keyboard)
    {
        _keyboard = keyboard;
        _painter = new Painter(traits.Depth, traits.HasUnicode);
        _place = open(_loop, new PlaceReaders(
            Seen, (some, areSome) => Change(Controls.Follow(_scene!.Sampled(some, areSome))), source => Change(_scene! with { Source = source }), Happened, Wanted, ShowLogs, text => Change(_scene!.Tell(text))));
        _scene = new Scene(SizeNow()) { Place = _place.Name, Version = BuildVersion.Text.Split(' ')[0] }.Of(_place.Hosts);
        _doing = new Doing(_place, () => _scene, Change);
    }

    /// <returns>False: there is no keyboard.</returns>
    public static bool Run(OpenPlace open, TerminalTraits traits)
    {
        TopScreen? screen = null;
        using var keyboard = Keyboard.Open(isRaw: true, Enter, Leave, () => screen?._loop.Post(screen.Retake));
        if (keyboard is null)
            return false;
        screen = new TopScreen(open, traits, keyboard);
        screen.Run();
        return true;
    }

    private void Run()
    {
        using var resized = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => _loop.Post(() => Change(_scene.Resized(SizeNow()))));
        using var stdin = new SafeFileHandle(Stdin, ownsHandle: false);
        using var keys = _loop.OnReadable(stdin, Read);
        using (_place)
        {
            Draw();
            _place.Begin();
            _loop.Run(fault =>
            {
                _fault = fault;
                _loop.Stop();
            });
        }

        // After the terminal is put back, it is told.
        if (_fault is not null)
            ExceptionDispatchInfo.Throw(_fault);
    }

    private static Size SizeNow() => new(Terminal.Width ?? 80, Terminal.Height ?? 24);

    // The terminal has been the shell's meanwhile.
    private void Retake()
    {
        _shown = null;
        Change(_scene.Resized(SizeNow()));
        if (_scene.HasMouse)
            Write(TakeMouse);
    }

    private unsafe void Read()
    {
        var block = stackalloc byte[BlockBytes];
        var read = LibC.read(Stdin, block, BlockBytes);
        if (read <= 0)
        {
            // The terminal has gone.
            _loop.Stop();
            return;
        }

        _pause?.Dispose();
        _pause = null;
        foreach (var key in _keys.Read(new ReadOnlySpan<byte>(block, (int)read)))
            Press(key);
        if (_keys.IsWaiting)
            _pause = _loop.After(EscapePause, () =>
            {
                foreach (var key in _keys.Pause())
                    Press(key);
            });
    }

    private void Press(Key key)
    {
        var (scene, effect) = Controls.Press(_scene, key);
        Change(scene);
        if (effect is not null)
            Do(effect);
    }

    private void Change(Scene scene)
    {
        var rows = _scene.Frame.PaneRows;
        _scene = scene;
        if (scene.Pane is not { IsLoading: true } wanted)
            _asked = null;
        else if (wanted.Kind is not (PaneKind.Plan or PaneKind.Output) && _asked?.IsAboutSame(wanted) != true)
            LoadSoon(wanted);
        if (scene.Pane?.Logs is null)
            _place.Logs.Close();
        // A pane of another height shows other lines of its logs.
        if (scene.Pane is { Logs: not null, IsLoading: false } pane && scene.Frame.PaneRows != rows)
            _place.Logs.Move(pane, new LogMove.Stay(), scene.Frame.PaneRows);
        _drawing ??= _loop.After(FrameTime - Stopwatch.GetElapsedTime(_drawn), Draw);
    }

    private void Draw()
    {
        _drawing = null;
        _drawn = Stopwatch.GetTimestamp();
        var canvas = View.Draw(_scene with { Now = DateTimeOffset.UtcNow });
        var change = _painter.Paint(_shown, canvas);
        _shown = canvas;
        Write(change);
    }

    private void Write(string text)
    {
        if (text.Length > 0)
            _keyboard.Write(Encoding.UTF8.GetBytes(text));
    }

    private void Seen(IReadOnlyList<ProcessSummary> all)
    {
        var isFirst = _scene.Listing.Processes.Count == 0;
        Change(Controls.Follow(isFirst ? _scene.Sampled(all).WithUsualPane() : _scene.Seen(all)));
    }

    // The names of those whose CPU is to be seen; null: none of it is shown, empty: all.
    private IReadOnlyList<string>? Wanted()
    {
        var frame = _scene.Frame;
        if (frame.TableRows == 0)
            return null;
        if (_scene.Listing.Processes.Count <= FewProcesses || _scene.Listing.Arrangement.By is "cpu" or "mem" || _samples++ % AllEvery == 0)
            return [];
        var shown = _scene.Listing.Rows.Skip(_scene.Top).Take(frame.TableRows).OfType<Row.Single>().Select(row => row.Process.Name).ToList();
        return shown.Count > 0 ? shown : null;
    }

    private void Happened()
    {
        if (_scene.Pane is { Kind: PaneKind.Why or PaneKind.Events or PaneKind.Graph or PaneKind.Tree or PaneKind.Ports })
            Load(_scene.Pane);
    }

    private void ShowLogs(LogSight logs, int? chosen)
    {
        if (_scene.Pane is { Logs: { } now } pane)
            // How they are looked at may have been changed meanwhile.
            Change(_scene with
            {
                Pane = pane with { IsLoading = false, At = Math.Clamp(chosen ?? pane.At, 0, Math.Max(0, logs.Rows.Count - 1)), Logs = now with { Rows = logs.Rows, Share = logs.Share, Note = logs.Note } },
            });
    }

    private void LoadSoon(Pane wanted)
    {
        _asked = wanted;
        _loading?.Dispose();
        // New lines of the logs before would be taken for those of these.
        if (wanted.Logs is not null)
            _place.Logs.Close();
        _loading = _loop.After(LoadPause, () =>
        {
            if (_scene.Pane is { IsLoading: true } pane)
                Load(pane);
        });
    }

    private void Load(Pane pane)
    {
        if (pane.Logs is not null)
        {
            _place.Logs.Open(pane, _scene.Frame.PaneRows);
            return;
        }

        _place.Load(pane, _scene.Size.Columns - 2, lines =>
        {
            if (_scene.Pane is { } now && now.IsAboutSame(pane))
                Change(_scene with { Pane = PaneControls.ChooseLine(now with { Lines = lines, IsLoading = false }, now.At, _scene.Frame.PaneRows) });
        });
    }

    private void Do(Effect effect)
    {
        switch (effect)
        {
            case Effect.Quit:
                _loop.Stop();
                break;
            case Effect.Suspend:
                _keyboard.Suspend();
                break;
            case Effect.Redraw:
                _shown = null;
                Change(_scene);
                break;
            case Effect.Mouse mouse:
                Write(mouse.IsOurs ? TakeMouse : LeaveMouse);
                break;
            case Effect.Copy copy:
                Write($"\e]52;c;{Convert.ToBase64String(Encoding.UTF8.GetBytes(copy.Text))}\a");
                Change(_scene.Tell("Copied, if this terminal lets programs copy"));
                break;
            case Effect.MoveLogs move when _scene.Pane is { Logs: not null } pane:
                _place.Logs.Move(pane, move.Move, _scene.Frame.PaneRows);
                break;
            case Effect.Mark:
                _place.Logs.Mark();
                break;
            default:
                _doing.Do(effect);
                break;
        }
    }
}
