using System.Globalization;

namespace Sentinel.Model.Policy;

/// <summary>
/// The cookies of the runs of one process. Each begins with the cookie of the record, so that whatever any run has left is found,
/// and ends with the number of the run, so that no run is taken for another.
/// </summary>
public static class RunCookie
{
    private const char Separator = '.';

    /// <param name="record">The cookie of the record.</param>
    /// <param name="run">See <see cref="ProcessRecord.RunNumber"/>.</param>
    public static string Of(string record, int run) =>
        run == 0 ? record : string.Create(CultureInfo.InvariantCulture, $"{record}{Separator}{run}");

    /// <summary>The cookie of the record; that of a record is its own.</summary>
    public static string RecordOf(string cookie) => cookie.IndexOf(Separator) is var end and >= 0 ? cookie[..end] : cookie;

    /// <summary>Whether it is that of a record, which stands for all of its runs.</summary>
    public static bool IsOfRecord(string cookie) => !cookie.Contains(Separator);

    /// <summary>The number of the run; 0 if a process made it up.</summary>
    public static int RunOf(string cookie) =>
        int.TryParse(cookie.AsSpan(cookie.IndexOf(Separator) + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var run) && !IsOfRecord(cookie) ? run : 0;
}
