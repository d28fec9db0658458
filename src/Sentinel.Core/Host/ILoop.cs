namespace Sentinel.Core.Host;

/// <summary>The daemon's one thread, on which everything happens one after another.</summary>
public interface ILoop
{
    /// <summary>
    /// Calls <paramref name="then"/> once, when the process has ended, unless the result is disposed of before. Once at a time for
    /// each handle.
    /// </summary>
    IDisposable WhenEnded(IProcessHandle process, Action then);

    /// <summary>Calls <paramref name="then"/> once, unless the result is disposed of before.</summary>
    IDisposable After(TimeSpan delay, Action then);
}
