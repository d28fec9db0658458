using System.Text.Json;
using Sentinel.Api;
using Sentinel.Api.Wire;
using Sentinel.Core.Home;

namespace Sentinel.Linux.Spawning;

/// <summary>Has <c>doctor</c> look in a process of its own: it tries things out, and may have to wait for a disk.</summary>
public static class DoctorErrand
{
    private const int MostOutput = 256 * 1024;
    private const string WithoutErrors = "exec \"$0\" \"$@\" 2>/dev/null";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <exception cref="IOException">It could not be started, or said nothing that can be understood.</exception>
    public static ValueTask<IReadOnlyList<Finding>> Do(Errands errands, SentinelHome home)
    {
        var done = new TaskCompletionSource<IReadOnlyList<Finding>>();
        var launch = OwnProcess.Launch("/bin/sh", "-c", WithoutErrors, Environment.ProcessPath!, "doctor", "--json");
        errands.Begin(launch with { Environment = launch.Environment.With("SENTINEL_HOME", home.Folder) }, Deadline, Ended, MostOutput);
        return new ValueTask<IReadOnlyList<Finding>>(done.Task);

        void Ended(ErrandResult result)
        {
            try
            {
                using var document = JsonDocument.Parse(result.Output);
                done.SetResult(FindingDocument.Read(document.RootElement));
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                done.SetException(new IOException(
                    result is ErrandResult.NotStarted { Why: var why } ? $"doctor cannot be run: {why}" : "doctor said nothing that can be understood"));
            }
        }
    }
}
