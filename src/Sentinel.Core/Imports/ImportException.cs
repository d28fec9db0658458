namespace Sentinel.Core.Imports;

/// <summary>A file that cannot be read as what it is; the message says where and why: <c>compose.yaml:3:7: …</c>.</summary>
public sealed class ImportException : Exception
{
    public ImportException(string message)
        : base(message)
    {
    }

    internal ImportException(Place place, string why)
        : base($"{place}: {why}")
    {
    }
}
