namespace Sentinel.Core.Environments;

public static class DotEnv
{
    public static DotEnvFile Parse(ReadOnlyMemory<byte> content, Func<string, string?> lookup) => new([.. System.Text.Encoding.UTF8.GetString(content.Span).Split('\n').Select((line, i) => line.Split('=', 2)).Where(p => p.Length == 2).Select((p, i) => new DotEnvAssignment(p[0], p[1], i + 1))], []);
}
public sealed record DotEnvFile(IReadOnlyList<DotEnvAssignment> Assignments, IReadOnlyList<DotEnvFault> Faults);
public sealed record DotEnvAssignment(string Name, string Value, int Line);
public sealed record DotEnvFault(int Line, string Why);
