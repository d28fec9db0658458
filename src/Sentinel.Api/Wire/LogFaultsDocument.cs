using System.Text.Json;

namespace Sentinel.Api.Wire;

/// <summary>The shape of faults of logs, as properties of their process; null: nobody asked.</summary>
internal static class LogFaultsDocument
{
    public static void Write(Utf8JsonWriter json, ProcessInfo process)
    {
        json.WriteObjectsOrNull("deletedLogs", process.DeletedLogs, log =>
        {
            json.WriteString("path", log.Path);
            json.WriteString("stillAt", log.StillAt);
        });
        json.WriteObjectsOrNull("movedLogs", process.MovedLogs, log =>
        {
            json.WriteString("path", log.Path);
            json.WriteString("nowAt", log.NowAt);
        });
        json.WriteObjectsOrNull("emptiedLogs", process.EmptiedLogs, log =>
        {
            json.WriteString("path", log.Path);
            json.WriteOrNull("noticedAt", log.NoticedAt);
            json.WriteNumber("lostBytes", log.LostBytes);
        });
    }

    public static IReadOnlyList<DeletedLog>? ReadDeleted(JsonElement? logs) =>
        Read(logs, log => new DeletedLog(log.Text("path"), log.Text("stillAt")));

    public static IReadOnlyList<MovedLog>? ReadMoved(JsonElement? logs) =>
        Read(logs, log => new MovedLog(log.Text("path"), log.Text("nowAt")));

    public static IReadOnlyList<EmptiedLog>? ReadEmptied(JsonElement? logs) =>
        Read(logs, log => new EmptiedLog(log.Text("path"), log.Maybe("noticedAt")?.Time(), log.Get("lostBytes").GetInt64()));

    private static T[]? Read<T>(JsonElement? logs, Func<JsonElement, T> read) => logs is { } known ? [.. known.EnumerateArray().Select(read)] : null;
}
