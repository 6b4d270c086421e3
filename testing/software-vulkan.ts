// A graphics processor in software for tests in Node: SwiftShader and the Vulkan loader that lie beside Debian's chromium, else
// Mesa's lavapipe where that is installed. Does nothing where a driver is named already. Call before Dawn is loaded.
import { existsSync, readdirSync } from 'node:fs';
import { constants } from 'node:os';

const folder = '/usr/lib/chromium';
const swiftShader = `${folder}/vk_swiftshader_icd.json`;
const mesaFolder = '/usr/share/vulkan/icd.d';
const loader = `${folder}/libvulkan.so.1`;
/** Linux's RTLD_NODELETE: the library stays although it is no addon of Node. */
const STAY = 0x1000;

function installedDriver(): string | null {
  if (existsSync(swiftShader)) return swiftShader;
  // Named for its architecture in some distributions.
  const lavapipe = existsSync(mesaFolder) && readdirSync(mesaFolder).find((name) => /^lvp_icd.*\.json$/.test(name));
  return lavapipe ? `${mesaFolder}/${lavapipe}` : null;
}

export function offerSoftwareVulkan(): void {
  if (process.platform !== 'linux' || process.env['VK_DRIVER_FILES']) return;
  const driver = installedDriver();
  if (!driver) return;
  process.env['VK_DRIVER_FILES'] = driver;
  if (!existsSync(loader)) return;
  try {
    // Dawn opens libvulkan.so.1 by its name, which is then found among the libraries that are loaded.
    process.dlopen({ exports: {} }, loader, constants.dlopen.RTLD_LAZY | constants.dlopen.RTLD_GLOBAL | STAY);
  } catch {
    // "Module did not self-register": loaded all the same.
  }
}
