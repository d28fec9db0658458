namespace Sentinel.Core.Host;

/// <summary>The daemon's one thread, on which everything happens one after another.</summary>
public interface ILoop
{
    /// <summary>
    /// Calls <paramref name="then"/> once, when the process has ended, unless the result is disposed of first. Each handle can have
    /// only one such call pending.
    /// </summary>
    IDisposable WhenEnded(IProcessHandle process, Action then);

    /// <summary>Calls <paramref name="then"/> once, unless the result is disposed of first.</summary>
    IDisposable After(TimeSpan delay, Action then);
}
