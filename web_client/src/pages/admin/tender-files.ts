import { handOver } from '@/components/admin/files'
import { XLSX, type TenderFile } from '@/components/admin/tender'
import { call } from '@/protocol/http'

/** The empty workbook, in the language of the pages. */
export async function downloadTemplate(): Promise<void> {
  handOver(new Blob([await call('download_template')], { type: XLSX }), 'evalroom-tender.xlsx')
}

/** A stored tender as a workbook. */
export async function downloadWorkbook(id: string): Promise<void> {
  handOver(new Blob([await call('download_workbook', { path: { id } })], { type: XLSX }), `${id}.xlsx`)
}

/** What a stored tender says. */
export async function tenderFile(id: string): Promise<TenderFile> {
  // It is a file of JSON: the way in has read it already.
  return (await call('download_tender', { path: { id } })) as unknown as TenderFile
}
