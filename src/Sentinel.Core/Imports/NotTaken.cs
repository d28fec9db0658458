namespace Sentinel.Core.Imports;

/// <summary>Something of a file that its <c>sentinel.toml</c> does not have.</summary>
/// <param name="Line">From 1; 0: nobody knows.</param>
/// <param name="Path">Such as <c>services.web.volumes</c>.</param>
/// <param name="Why">A clause without a full stop.</param>
public sealed record NotTaken(string File, int Line, string Path, string Why)
{
    public override string ToString() => $"{File}{(Line > 0 ? $":{Line}" : "")}: {(Path.Length > 0 ? $"{Path}: " : "")}{Why}";
}
