namespace Sentinel.Core.Diagnosis;

internal static class Counted
{
    public static string Processes(int count) => $"{count} {(count == 1 ? "process" : "processes")}";
}
