using Sentinel.Core.Host;
using Sentinel.Model.Specs;

namespace Sentinel.Linux.Spawning;

/// <summary>Runs command lines beside processes: in their folders, with their environments.</summary>
public static class CommandErrand
{
    /// <param name="launch">How the process is started.</param>
    /// <param name="line">For a shell if it needs one.</param>
    /// <param name="then">Called once with why it failed, as the end of a sentence, or null; not after the result is disposed of.</param>
    /// <returns>Disposal kills it.</returns>
    public static IDisposable Begin(Errands errands, Launch launch, string line, Action<string?> then) => errands.Begin(
        launch.Beside(Command.From([line])),
        deadline: null,
        result => then(result.WhyNot(ended => ended.LastLine is { Length: > 0 } said ? $"it {ended.How}: {said}" : $"it {ended.How}")));
}
