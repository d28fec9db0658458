using System.Globalization;

namespace Sentinel.EndToEnd;

/// <summary>
/// The real binary, stopped short at one of the system calls by which it changes anything: it is killed there, or the call
/// fails. Which calls there are is noted as they are made.
/// </summary>
internal sealed class Interrupted
{
    private readonly string _folder;
    private readonly string _log;
    private readonly string _how;
    private readonly int _at;

    /// <param name="how">kill, ENOSPC or EIO.</param>
    /// <param name="at">Which of the calls, from 1; 5+: that and all after it; 0: none.</param>
    public Interrupted(SentinelHome home, string how, string at)
    {
        Needs.SystemCallNumbers();
        (_folder, _log, _how) = (home.Folder, Path.Combine(home.Root, "calls"), $"{how} {at}");
        _at = int.Parse(at.TrimEnd('+'), CultureInfo.InvariantCulture);
    }

    public string[] Through => [SentinelHome.Actor, "interrupt", _folder, _log, .. _how.Split(' ')];

    /// <summary>Whether it came so far.</summary>
    public bool Happened => Calls.Length >= _at;

    /// <summary>Those that it has come to.</summary>
    public string[] Calls => File.Exists(_log) ? File.ReadAllLines(_log) : [];

    /// <summary>Where it was, for whoever reads of a failure.</summary>
    public override string ToString() => $"{_how}; the calls were\n{string.Join('\n', Calls)}";
}
