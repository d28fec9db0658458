namespace Sentinel.EndToEnd;

/// <summary>The real binary on a slow disk, and by a clock that can be set while it runs.</summary>
internal sealed class Strained
{
    // For each of the some ten changes of a command.
    private const string Milliseconds = "5";

    private readonly SentinelHome _home;
    private readonly string _clock;

    public Strained(SentinelHome home)
    {
        Needs.SystemCallNumbers();
        (_home, _clock) = (home, Path.Combine(home.Root, "clock"));
        SetClock(TimeSpan.Zero);
    }

    public Command Begin(params string[] arguments) =>
        _home.Begin(new Call(arguments) { Through = [SentinelHome.Actor, "strain", _home.Folder, _clock, Milliseconds] });

    /// <summary>At once for all that run, as when somebody sets the clock of the machine.</summary>
    /// <param name="wrong">By how much from now on.</param>
    public void SetClock(TimeSpan wrong)
    {
        using var file = File.OpenHandle(_clock, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.Write(file, BitConverter.GetBytes((long)wrong.TotalSeconds), 0);
    }
}
