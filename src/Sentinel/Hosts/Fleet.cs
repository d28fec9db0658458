using Sentinel.Model.Specs;

namespace Sentinel.Hosts;

/// <summary>Has a command carried out on several machines at once.</summary>
internal static class Fleet
{
    // An ssh each.
    private const int MostAtOnce = 32;

    /// <summary>Does something for each, as many at once as there may be.</summary>
    /// <param name="work">Gets a machine, and its place among them.</param>
    public static async Task<T[]> Each<T>(IReadOnlyList<HostName> hosts, Func<HostName, int, Task<T>> work)
    {
        using var free = new SemaphoreSlim(MostAtOnce);
        return await Task.WhenAll(hosts.Select(async (host, i) =>
        {
            await free.WaitAsync();
            try
            {
                return await work(host, i);
            }
            finally
            {
                free.Release();
            }
        }));
    }

    /// <summary>The exit code of all: theirs, where those that failed agree; else that something failed.</summary>
    public static int ExitCodeOf(IEnumerable<int> exitCodes) => exitCodes.Where(code => code != 0).Distinct().ToList() switch
    {
        [] => 0,
        [var only] => only,
        _ => 1,
    };
}
