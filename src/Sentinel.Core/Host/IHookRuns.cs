using Sentinel.Model;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Host;

/// <summary>Runs hooks, beside everything else.</summary>
public interface IHookRuns
{
    /// <param name="happened">What it is told.</param>
    /// <param name="left">How many events before that it is not told, for there were too many.</param>
    /// <param name="then">Called once with what it wrote, and what went wrong as the end of a sentence, or null; not after the result is disposed.</param>
    IDisposable Begin(Hook hook, Event happened, int left, Action<ReadOnlyMemory<byte>, string?> then);
}
