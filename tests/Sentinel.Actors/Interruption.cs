using System.Globalization;

namespace Sentinel.Actors;

/// <summary>Does something to a command at one of the system calls by which it changes anything.</summary>
internal sealed class Interruption : Tracing
{
    private const int Kill = 9;
    private const int OriginalRax = 15 * 8, Rax = 10 * 8;

    private readonly StreamWriter _log;
    private readonly int _at;
    private readonly bool _isLasting;
    private readonly int? _error;
    private readonly HashSet<int> _failing = [];
    private int _count;

    /// <param name="log">Where each of the calls is noted, one a line, before it is made.</param>
    /// <param name="error">What the call fails with; null: the command is killed instead.</param>
    /// <param name="at">Which of the calls, from 1; 0: none.</param>
    /// <param name="isLasting">Whether all after it fail as well.</param>
    private Interruption(string folder, string log, int? error, int at, bool isLasting)
        : base(folder)
    {
        (_error, _at, _isLasting) = (error, at, isLasting);
        _log = new StreamWriter(log) { AutoFlush = true };
    }

    public static int Run(string[] arguments)
    {
        var at = arguments[3].TrimEnd('+');
        return new Interruption(
            arguments[0], arguments[1],
            arguments[2] switch { "kill" => null, "EIO" => 5, "ENOSPC" => 28, var other => throw new ArgumentException(other) },
            int.Parse(at, CultureInfo.InvariantCulture), isLasting: at != arguments[3]).Run(arguments[4], arguments[5..]);
    }

    protected override void Calls(int thread, Libc.SystemCall call)
    {
        if (call.Kind == Libc.SystemCall.Exit && _failing.Remove(thread))
            Libc.ptrace(PokeUser, thread, Rax, -_error!.Value);
        if (call.Kind != Libc.SystemCall.Entry || Described(thread, call, canFail: _error is not null) is not { } description)
            return;
        var isChosen = ++_count == _at || (_isLasting && _at > 0 && _count > _at);
        _log.WriteLine($"{_count} {description}");
        if (!isChosen)
            return;
        if (_error is null)
        {
            // What it was about to do is not done any more.
            Libc.kill(Command, Kill);
            return;
        }

        Libc.ptrace(PokeUser, thread, OriginalRax, -1);
        _failing.Add(thread);
    }
}
