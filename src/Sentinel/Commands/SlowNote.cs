using System.Globalization;
using System.Runtime.InteropServices;
using Sentinel.Api;
using Sentinel.Linux.Native;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary>
/// Tells a person at a terminal what a command waits for, once it takes long, and what goes on if they interrupt it. Programs that read
/// the output of a command are told nothing of it.
/// </summary>
internal sealed class SlowNote : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(2);

    private readonly Func<State, IEnumerable<ProcessRecord>> _which;
    private readonly StopOptions _options;
    private readonly Timer _timer;
    private readonly Lock _turn = new();
    private PosixSignalRegistration? _interrupted;
    private bool _isOver;

    private SlowNote(Func<State, IEnumerable<ProcessRecord>> which, StopOptions options, string? goesOn)
    {
        (_which, _options) = (which, options);
        _interrupted = goesOn is null ? null : PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Output.Tell(goesOn));
        _timer = new Timer(_ => Tell(), null, Long, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether a person looks.</summary>
    public static bool IsWanted => Terminal.ErrorWidth is not null;

    /// <summary>Null where no person looks.</summary>
    /// <param name="which">Those that the command is about.</param>
    /// <param name="options">How it stops them, if it does.</param>
    /// <param name="goesOn">What to say of all of them at once when it is interrupted, also early; null: it is said of each.</param>
    public static SlowNote? For(Func<State, IEnumerable<ProcessRecord>> which, StopOptions options, string? goesOn = null) =>
        IsWanted ? new SlowNote(which, options, goesOn) : null;

    public void Dispose()
    {
        lock (_turn)
        {
            _isOver = true;
            _timer.Dispose();
            _interrupted?.Dispose();
        }
    }

    /// <summary>What a process is waited for; null: nothing.</summary>
    public static string? Waits(ProcessRecord record, StopOptions options, DateTimeOffset now) => record.State switch
    {
        RunState.Stopping stopping => $"{record.Spec.Name} has not ended by {SignalName.Of(options.Signal ?? record.Spec.Stop.Signal)}"
            + ((options.Timeout ?? record.Spec.Stop.Timeout) - (now - stopping.Since) is { Ticks: > 0 } left ? string.Create(CultureInfo.InvariantCulture, $"; SIGKILL in {Math.Ceiling(left.TotalSeconds)} s") : ""),
        RunState.Running { IsReady: false } => $"{record.Spec.Name} is not ready yet",
        _ => null,
    };

    /// <summary>What goes on without the command; null: nothing.</summary>
    public static string? GoesOn(ProcessRecord record) => record.State switch
    {
        RunState.Stopping { ThenStart: true } => $"{record.Spec.Name} is still being restarted; 'sentinel status {record.Spec.Name}' shows how far that is",
        RunState.Stopping => $"{record.Spec.Name} is still being stopped; 'sentinel stop {record.Spec.Name}' waits for it again",
        RunState.Running { IsReady: false } => $"{record.Spec.Name} goes on starting; 'sentinel stop {record.Spec.Name}' ends it",
        _ => null,
    };

    private void Tell()
    {
        lock (_turn)
        {
            if (_isOver)
                return;
            _interrupted ??= PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Say(GoesOn));
        }

        Say(record => Waits(record, _options, DateTimeOffset.UtcNow));
    }

    // With eyes of its own: the command is at work on another thread.
    private void Say(Func<ProcessRecord, string?> what)
    {
        try
        {
            using var session = new Session(isJson: false);
            foreach (var line in _which(session.Store.Read()).Select(what).OfType<string>())
                Output.Tell(line);
        }
        catch (Exception)
        {
            // A remark that cannot be made is left out.
        }
    }
}
